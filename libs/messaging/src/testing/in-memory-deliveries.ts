import { CountingIds } from '#kernel/testing';
import type { Database } from '#platform/database';
import type { EventEnvelope } from '../publishers/event-publisher.js';
import { type Lease, type LeasedDelivery, OutboxDeliveries } from '../relay/outbox-deliveries.js';

/** Pending events in memory, leased per aggregate, with a record of the relay's calls. */
export class InMemoryDeliveries extends OutboxDeliveries {
  readonly waiting: LeasedDelivery[] = [];
  readonly releasedRuns: { readonly sequences: readonly number[]; readonly afterMs: number }[] = [];
  readonly parked: { readonly id: string; readonly reason: string }[] = [];
  leaseCount = 0;
  pendingCount = 0;
  /** The requested number of aggregates per lease. */
  readonly requestedAggregates: number[] = [];
  unavailable = false;
  /** Whether released events can be leased again at once. */
  releasedCanBeLeased = false;
  readonly #leased = new Set<string>();

  constructor() {
    super({ dialect: 'postgres' } as Database, new CountingIds());
  }

  addEvents(subject: string, ...sequences: number[]): void {
    for (const sequence of sequences) this.waiting.push({ ...leasedEnvelope(subject, sequence), attempts: 1 });
  }

  /** Sets the attempts of all pending events. */
  setAttempts(attempts: number): void {
    this.waiting.splice(0, Number.POSITIVE_INFINITY, ...this.waiting.map((event) => ({ ...event, attempts })));
  }

  override async lease(_publisher: string, aggregates = 100): Promise<Lease> {
    if (this.unavailable) throw new Error('the database is unavailable');
    this.leaseCount++;
    this.requestedAggregates.push(aggregates);
    const all = this.waiting.filter(({ deliveryId }) => !this.#leased.has(deliveryId));
    const subjects = [...new Set(all.map(({ subject }) => subject))].slice(0, aggregates);
    const free = all.filter(({ subject }) => subjects.includes(subject));
    for (const { deliveryId } of free) this.#leased.add(deliveryId);
    const batches = subjects.map((leased) => free.filter(({ subject }) => subject === leased));
    return { token: String(this.leaseCount), batches, hasMore: batches.length > 0 };
  }

  override async deleteDelivered(_lease: Lease, ids: readonly string[]): Promise<void> {
    for (const id of ids) this.waiting.splice(this.#indexOf(id), 1);
  }

  override async release(_lease: Lease, ids: readonly string[], afterMs: number): Promise<void> {
    this.releasedRuns.push({ sequences: ids.map((id) => this.waiting[this.#indexOf(id)]?.sequence ?? 0), afterMs });
    if (this.releasedCanBeLeased) for (const id of ids) this.#leased.delete(id);
  }

  override async parkDelivery(_lease: Lease, id: string, reason: string): Promise<void> {
    this.parked.push({ id, reason });
  }

  override async findPendingPublishers(publishers: readonly string[]): Promise<string[]> {
    if (this.unavailable) throw new Error('the database is unavailable');
    this.pendingCount++;
    return this.waiting.length > 0 ? [...publishers] : [];
  }

  #indexOf(id: string): number {
    return this.waiting.findIndex(({ deliveryId }) => deliveryId === id);
  }
}

function leasedEnvelope(subject: string, sequence: number): EventEnvelope & { readonly deliveryId: string } {
  const id = `${subject}-${sequence}`;
  const type = 'test.happened.v1';
  return { deliveryId: `d-${id}`, id, type, subject, aggregateType: 'test', sequence, payload: `{"id":"${id}"}` };
}
