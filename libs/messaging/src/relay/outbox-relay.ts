import type { Log } from '#platform/observability';
import { type EventPublisher, PermanentPublishError } from '../publishers/event-publisher.js';
import type { AggregateBatch, Lease, LeasedDelivery, OutboxDeliveries } from './outbox-deliveries.js';
import { LEASE_MS } from './outbox-deliveries.js';
import { PublisherBackoff, retryDelayMs } from './publisher-backoff.js';
import { WakeSignal } from './wake-signal.js';

/** Gathers what is committed at the same moment: one round costs a handful of statements, however many events it takes. */
const BATCH_WINDOW_MS = 15;
const FULL_BATCH_EVENTS = 50;
/** Aggregates on their way at the same time. */
const MAX_AGGREGATES_IN_FLIGHT = 100;
/** Nobody waits longer than that for the slowest of a round; it goes on beside the next one. */
const ROUND_TIMEOUT_MS = 1_000;
const DATABASE_RETRY_MS = 1_000;
/** A lease is not used in its last seconds: a process that was stopped and woken fences itself. */
const USABLE_LEASE_MS = LEASE_MS - 10_000;
const SHUTDOWN_TIMEOUT_MS = 5_000;

export interface RelayObserver {
  published(publisher: string, seconds: number): void;
  failed(publisher: string): void;
  parked(publisher: string): void;
}

/** Carries events from the outbox to one publisher: every committed event, at least once, per aggregate in order. */
export class OutboxRelay {
  readonly #wakeSignal = new WakeSignal();
  readonly #backoff = new PublisherBackoff();
  readonly #lateRounds = new Set<Promise<unknown>>();
  #aggregatesInFlight = 0;
  #running: Promise<void> | undefined;
  #stopAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly publisher: EventPublisher,
    private readonly deliveries: OutboxDeliveries,
    private readonly log: Log,
    private readonly observer: RelayObserver,
  ) {}

  start(): void {
    this.#running ??= this.#run();
  }

  /** Something may have been committed. */
  wake(): void {
    this.#wakeSignal.wake();
  }

  /** Finishes what is on its way: nothing that was confirmed is sent again by the next process. */
  async stop(): Promise<void> {
    this.#stopAt = performance.now() + SHUTDOWN_TIMEOUT_MS;
    this.#wakeSignal.close();
    await this.#running;
    await Promise.all(this.#lateRounds);
  }

  get #stopped(): boolean {
    return this.#stopAt < Number.POSITIVE_INFINITY;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#wakeSignal.sleep(this.#backoff.remainingMs);
      this.#wakeSignal.reset();
      if (!this.#stopped && (await this.#isPublisherAvailable())) await this.#relayNextLease();
    }
  }

  async #isPublisherAvailable(): Promise<boolean> {
    try {
      await this.publisher.check();
      return true;
    } catch (error) {
      this.#backoff.recordUnavailable();
      this.log.warn({ publisher: this.publisher.name, reason: reasonOf(error) }, 'the publisher is away');
      return false;
    }
  }

  async #relayNextLease(): Promise<void> {
    try {
      const room = this.#backoff.isBackingOff ? 1 : MAX_AGGREGATES_IN_FLIGHT - this.#aggregatesInFlight;
      const lease = room > 0 ? await this.deliveries.lease(this.publisher.name, room) : undefined;
      const sent = lease ? await this.#publishLease(lease) : 0;
      if (sent === 0 && !lease?.hasMore) await this.#wakeSignal.waitUntilWoken();
      else if (sent < FULL_BATCH_EVENTS) await this.#wakeSignal.sleep(BATCH_WINDOW_MS);
    } catch (error) {
      this.log.warn({ publisher: this.publisher.name, reason: reasonOf(error) }, 'the outbox cannot be relayed');
      await this.#wakeSignal.sleep(DATABASE_RETRY_MS);
    }
  }

  /** @returns how many events were sent */
  async #publishLease(lease: Lease): Promise<number> {
    const deadline = performance.now() + USABLE_LEASE_MS;
    const taken: string[] = [];
    const note = async (): Promise<number> => {
      const ids = taken.splice(0);
      await this.deliveries.deleteDelivered(lease, ids);
      return ids.length;
    };
    let isOver = false;
    const runs = lease.batches.map(async (run) => {
      await this.#publishRun(lease, run, deadline, taken);
      if (isOver) await this.#acknowledgeLate(note);
    });
    const all = Promise.all(runs);
    this.#lateRounds.add(all);
    void all.finally(() => this.#lateRounds.delete(all));
    await this.#waitForRound(all);
    isOver = true;
    return note();
  }

  async #waitForRound(all: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ROUND_TIMEOUT_MS);
    });
    await Promise.race([all, over]);
    clearTimeout(timer);
  }

  async #acknowledgeLate(note: () => Promise<unknown>): Promise<void> {
    // Not noted means sent once more, by the same id, when the lease has ended.
    await note().catch((error: unknown) =>
      this.log.warn({ publisher: this.publisher.name, reason: reasonOf(error) }, 'the outbox cannot be relayed'),
    );
    this.wake();
  }

  /** One aggregate, event by event. The first failure sends the rest of it back; others are not touched. Never rejects. */
  async #publishRun(lease: Lease, run: AggregateBatch, deadline: number, taken: string[]): Promise<void> {
    this.#aggregatesInFlight++;
    try {
      for (const [n, event] of run.entries()) {
        if (performance.now() > deadline) return;
        if (performance.now() > this.#stopAt) return await this.deliveries.release(lease, idsOf(run.slice(n)), 0);
        const begun = performance.now();
        const error = await this.publisher.publish(event).then(
          () => undefined,
          (reason: unknown) => reason ?? new Error('no reason'),
        );
        if (error !== undefined) return await this.#handleFailure(lease, event, run.slice(n), error);
        taken.push(event.deliveryId);
        this.#backoff.recordSuccess();
        this.observer.published(this.publisher.name, (performance.now() - begun) / 1_000);
      }
    } catch (error) {
      this.log.warn({ publisher: this.publisher.name, reason: reasonOf(error) }, 'the outbox cannot be relayed');
    } finally {
      this.#aggregatesInFlight--;
    }
  }

  async #handleFailure(lease: Lease, event: LeasedDelivery, rest: AggregateBatch, error: unknown): Promise<void> {
    const { id, type, subject, attempts, deliveryId } = event;
    const reason = reasonOf(error);
    const line = { event: id, type, publisher: this.publisher.name, reason, attempt: attempts };
    this.observer.failed(this.publisher.name);
    if (error instanceof PermanentPublishError) {
      this.log.error(
        { ...line, subject },
        'publish failed for good: the event is parked, its aggregate waits for somebody',
      );
      this.observer.parked(this.publisher.name);
      await this.deliveries.parkDelivery(lease, deliveryId, reason);
      return this.deliveries.release(lease, idsOf(rest.slice(1)), 0);
    }
    this.log.warn(line, 'publish failed');
    this.#backoff.recordFailure(`${event.aggregateType} ${subject}`);
    await this.deliveries.release(lease, idsOf(rest), retryDelayMs(attempts));
  }
}

const idsOf = (run: AggregateBatch): string[] => run.map(({ deliveryId }) => deliveryId);
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
