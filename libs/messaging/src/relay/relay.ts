import type { Log } from '#platform/observability';
import { type EventPublisher, RefusedForGood } from '../publishers/event-publisher.js';
import type { Deliveries, Lease, LeasedDelivery, Run } from './deliveries.js';
import { LEASE_MS } from './deliveries.js';
import { Patience, retryAfter } from './patience.js';
import { Rest } from './rest.js';

/** Gathers what is committed at the same moment: one round costs a handful of statements, however many events it takes. */
const GATHER_MS = 15;
const FULL = 50;
/** Aggregates on their way at the same time. */
const MOST_UNDERWAY = 100;
/** Nobody waits longer than that for the slowest of a round; it goes on beside the next one. */
const ROUND_MS = 1_000;
const AWAY_MS = 1_000;
/** A lease is not used in its last seconds: a process that was stopped and woken fences itself. */
const SAFE_LEASE_MS = LEASE_MS - 10_000;
const LAST_EVENTS_MS = 5_000;

export interface RelayObserver {
  published(publisher: string, seconds: number): void;
  failed(publisher: string): void;
  parked(publisher: string): void;
}

/** Carries events from the outbox to one publisher: every committed event, at least once, per aggregate in order. */
export class Relay {
  readonly #rest = new Rest();
  readonly #patience = new Patience();
  readonly #late = new Set<Promise<unknown>>();
  #underway = 0;
  #running: Promise<void> | undefined;
  #stopAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly publisher: EventPublisher,
    private readonly deliveries: Deliveries,
    private readonly log: Log,
    private readonly observer: RelayObserver,
  ) {}

  start(): void {
    this.#running ??= this.#run();
  }

  /** Something may have been committed. */
  wake(): void {
    this.#rest.wake();
  }

  /** Finishes what is on its way: nothing that was confirmed is sent again by the next process. */
  async stop(): Promise<void> {
    this.#stopAt = performance.now() + LAST_EVENTS_MS;
    this.#rest.end();
    await this.#running;
    await Promise.all(this.#late);
  }

  get #stopped(): boolean {
    return this.#stopAt < Number.POSITIVE_INFINITY;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#rest.for(this.#patience.left);
      this.#rest.begin();
      if (!this.#stopped && (await this.#isThere())) await this.#goOn();
    }
  }

  async #isThere(): Promise<boolean> {
    try {
      await this.publisher.check();
      return true;
    } catch (error) {
      this.#patience.away();
      this.log.warn({ publisher: this.publisher.name, reason: reasonOf(error) }, 'the publisher is away');
      return false;
    }
  }

  async #goOn(): Promise<void> {
    try {
      const room = this.#patience.inTrouble ? 1 : MOST_UNDERWAY - this.#underway;
      const lease = room > 0 ? await this.deliveries.lease(this.publisher.name, room) : undefined;
      const sent = lease ? await this.#round(lease) : 0;
      if (sent === 0 && !lease?.more) await this.#rest.untilWoken();
      else if (sent < FULL) await this.#rest.for(GATHER_MS);
    } catch (error) {
      this.log.warn({ publisher: this.publisher.name, reason: reasonOf(error) }, 'the outbox cannot be relayed');
      await this.#rest.for(AWAY_MS);
    }
  }

  /** @returns how many events were sent */
  async #round(lease: Lease): Promise<number> {
    const deadline = performance.now() + SAFE_LEASE_MS;
    const taken: string[] = [];
    const note = async (): Promise<number> => {
      const ids = taken.splice(0);
      await this.deliveries.delivered(lease, ids);
      return ids.length;
    };
    let isOver = false;
    const runs = lease.runs.map(async (run) => {
      await this.#send(lease, run, deadline, taken);
      if (isOver) await this.#noteLate(note);
    });
    const all = Promise.all(runs);
    this.#late.add(all);
    void all.finally(() => this.#late.delete(all));
    await this.#inTime(all);
    isOver = true;
    return note();
  }

  async #inTime(all: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ROUND_MS);
    });
    await Promise.race([all, over]);
    clearTimeout(timer);
  }

  async #noteLate(note: () => Promise<unknown>): Promise<void> {
    // Not noted means sent once more, by the same id, when the lease has ended.
    await note().catch((error: unknown) =>
      this.log.warn({ publisher: this.publisher.name, reason: reasonOf(error) }, 'the outbox cannot be relayed'),
    );
    this.wake();
  }

  /** One aggregate, event by event. The first failure sends the rest of it back; others are not touched. Never rejects. */
  async #send(lease: Lease, run: Run, deadline: number, taken: string[]): Promise<void> {
    this.#underway++;
    try {
      for (const [n, event] of run.entries()) {
        if (performance.now() > deadline) return;
        if (performance.now() > this.#stopAt) return await this.deliveries.giveBack(lease, idsOf(run.slice(n)), 0);
        const begun = performance.now();
        const error = await this.publisher.publish(event).then(
          () => undefined,
          (reason: unknown) => reason ?? new Error('no reason'),
        );
        if (error !== undefined) return await this.#failed(lease, event, run.slice(n), error);
        taken.push(event.deliveryId);
        this.#patience.succeeded();
        this.observer.published(this.publisher.name, (performance.now() - begun) / 1_000);
      }
    } catch (error) {
      this.log.warn({ publisher: this.publisher.name, reason: reasonOf(error) }, 'the outbox cannot be relayed');
    } finally {
      this.#underway--;
    }
  }

  async #failed(lease: Lease, event: LeasedDelivery, rest: Run, error: unknown): Promise<void> {
    const { id, type, subject, attempts, deliveryId } = event;
    const reason = reasonOf(error);
    const line = { event: id, type, publisher: this.publisher.name, reason, attempt: attempts };
    this.observer.failed(this.publisher.name);
    if (error instanceof RefusedForGood) {
      this.log.error(
        { ...line, subject },
        'publish failed for good: the event is parked, its aggregate waits for somebody',
      );
      this.observer.parked(this.publisher.name);
      await this.deliveries.park(lease, deliveryId, reason);
      return this.deliveries.giveBack(lease, idsOf(rest.slice(1)), 0);
    }
    this.log.warn(line, 'publish failed');
    this.#patience.failed(`${event.aggregateType} ${subject}`);
    await this.deliveries.giveBack(lease, idsOf(rest), retryAfter(attempts));
  }
}

const idsOf = (run: Run): string[] => run.map(({ deliveryId }) => deliveryId);
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
