import { CountingIds } from '#kernel/testing';
import type { Database } from '#platform';
import type { EventEnvelope } from '../publishers/event-publisher.js';
import { Deliveries, type Lease, type LeasedDelivery } from '../relay/deliveries.js';

/** The events that wait, leased aggregate by aggregate, and what the relay has said about them. */
export class InMemoryDeliveries extends Deliveries {
  readonly waiting: LeasedDelivery[] = [];
  readonly returned: { readonly sequences: readonly number[]; readonly afterMs: number }[] = [];
  leases = 0;
  away = false;
  readonly #leased = new Set<string>();

  constructor() {
    super({ dialect: 'postgres' } as Database, new CountingIds());
  }

  add(subject: string, ...sequences: number[]): void {
    for (const sequence of sequences) this.waiting.push({ ...envelope(subject, sequence), attempts: 1 });
  }

  /** What is returned from now on was tried so often. */
  tried(attempts: number): void {
    this.waiting.splice(0, Number.POSITIVE_INFINITY, ...this.waiting.map((event) => ({ ...event, attempts })));
  }

  override async lease(): Promise<Lease> {
    if (this.away) throw new Error('the database is away');
    this.leases++;
    const free = this.waiting.filter(({ deliveryId }) => !this.#leased.has(deliveryId));
    for (const { deliveryId } of free) this.#leased.add(deliveryId);
    const subjects = [...new Set(free.map(({ subject }) => subject))];
    const runs = subjects.map((of) => free.filter(({ subject }) => subject === of));
    return { token: String(this.leases), runs };
  }

  override async delivered(_lease: Lease, ids: readonly string[]): Promise<void> {
    for (const id of ids) this.waiting.splice(this.#place(id), 1);
  }

  override async giveBack(_lease: Lease, ids: readonly string[], afterMs: number): Promise<void> {
    this.returned.push({ sequences: ids.map((id) => this.waiting[this.#place(id)]?.sequence ?? 0), afterMs });
  }

  override async backlog(): Promise<{ readonly depth: number; readonly oldestSeconds: number }> {
    return { depth: this.waiting.length, oldestSeconds: 0 };
  }

  #place(id: string): number {
    return this.waiting.findIndex(({ deliveryId }) => deliveryId === id);
  }
}

function envelope(subject: string, sequence: number): EventEnvelope & { readonly deliveryId: string } {
  const id = `${subject}-${sequence}`;
  const type = 'test.happened.v1';
  return { deliveryId: `d-${id}`, id, type, subject, aggregateType: 'test', sequence, payload: `{"id":"${id}"}` };
}
