import type { Log } from '#platform/observability';
import { type EventPublisher, PermanentPublishError } from '../publishers/event-publisher.js';
import type { AggregateBatch, Lease, LeasedDelivery, OutboxDeliveries } from './outbox-deliveries.js';
import { LEASE_MS } from './outbox-deliveries.js';
import { PublisherBackoff, retryDelayMs } from './publisher-backoff.js';
import { WakeSignal } from './wake-signal.js';

/** Collects events that are committed together. A round runs a fixed number of statements for any number of events. */
const BATCH_WINDOW_MS = 15;
const FULL_BATCH_EVENTS = 50;
/** Aggregates published concurrently. */
const MAX_AGGREGATES_IN_FLIGHT = 100;
/** The next round starts after this time. Slower aggregates of this round continue concurrently. */
const ROUND_TIMEOUT_MS = 1_000;
const DATABASE_RETRY_MS = 1_000;
/** A lease is not used in its last 10 seconds, so a suspended process does not publish after the lease has expired. */
const USABLE_LEASE_MS = LEASE_MS - 10_000;
const SHUTDOWN_TIMEOUT_MS = 5_000;

export interface RelayObserver {
  published(publisher: string, seconds: number): void;
  failed(publisher: string): void;
  parked(publisher: string): void;
}

/** Delivers every committed event from the outbox to one publisher, at least once and in order per aggregate. */
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

  /** Call it when events may have been committed. */
  wake(): void {
    this.#wakeSignal.wake();
  }

  /** Finishes deliveries in flight, so the next process does not resend confirmed events. */
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
      this.log.warn({ publisher: this.publisher.name, reason: reasonOf(error) }, 'the publisher is unavailable');
      return false;
    }
  }

  async #relayNextLease(): Promise<void> {
    try {
      const maxAggregates = this.#backoff.isBackingOff ? 1 : MAX_AGGREGATES_IN_FLIGHT - this.#aggregatesInFlight;
      const lease = maxAggregates > 0 ? await this.deliveries.lease(this.publisher.name, maxAggregates) : undefined;
      const sent = lease ? await this.#publishLease(lease) : 0;
      if (sent === 0 && !lease?.hasMore) await this.#wakeSignal.waitUntilWoken();
      else if (sent < FULL_BATCH_EVENTS) await this.#wakeSignal.sleep(BATCH_WINDOW_MS);
    } catch (error) {
      this.log.warn({ publisher: this.publisher.name, reason: reasonOf(error) }, 'cannot relay the outbox');
      await this.#wakeSignal.sleep(DATABASE_RETRY_MS);
    }
  }

  /** @returns the number of published events */
  async #publishLease(lease: Lease): Promise<number> {
    const deadline = performance.now() + USABLE_LEASE_MS;
    const publishedIds: string[] = [];
    const acknowledge = async (): Promise<number> => {
      const ids = publishedIds.splice(0);
      await this.deliveries.deleteDelivered(lease, ids);
      return ids.length;
    };
    let isOver = false;
    const batches = lease.batches.map(async (batch) => {
      await this.#publishBatch(lease, batch, deadline, publishedIds);
      if (isOver) await this.#acknowledgeLate(acknowledge);
    });
    const all = Promise.all(batches);
    this.#lateRounds.add(all);
    void all.finally(() => this.#lateRounds.delete(all));
    await this.#waitForRound(all);
    isOver = true;
    return acknowledge();
  }

  async #waitForRound(all: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ROUND_TIMEOUT_MS);
    });
    await Promise.race([all, timeout]);
    clearTimeout(timer);
  }

  async #acknowledgeLate(acknowledge: () => Promise<unknown>): Promise<void> {
    // An event that is not acknowledged is sent again with the same id after the lease has expired.
    await acknowledge().catch((error: unknown) =>
      this.log.warn({ publisher: this.publisher.name, reason: reasonOf(error) }, 'cannot relay the outbox'),
    );
    this.wake();
  }

  /** Publishes one aggregate in order. The first failure releases the rest of the batch. Never rejects. */
  async #publishBatch(lease: Lease, batch: AggregateBatch, deadline: number, publishedIds: string[]): Promise<void> {
    this.#aggregatesInFlight++;
    try {
      for (const [index, event] of batch.entries()) {
        if (performance.now() > deadline) return;
        if (performance.now() > this.#stopAt) return await this.deliveries.release(lease, idsOf(batch.slice(index)), 0);
        const startedAt = performance.now();
        const error = await this.publisher.publish(event).then(
          () => undefined,
          (reason: unknown) => reason ?? new Error('no reason'),
        );
        if (error !== undefined) return await this.#handleFailure(lease, event, batch.slice(index), error);
        publishedIds.push(event.deliveryId);
        this.#backoff.recordSuccess();
        this.observer.published(this.publisher.name, (performance.now() - startedAt) / 1_000);
      }
    } catch (error) {
      this.log.warn({ publisher: this.publisher.name, reason: reasonOf(error) }, 'cannot relay the outbox');
    } finally {
      this.#aggregatesInFlight--;
    }
  }

  async #handleFailure(lease: Lease, event: LeasedDelivery, rest: AggregateBatch, error: unknown): Promise<void> {
    const { id, type, subject, attempts, deliveryId } = event;
    const reason = reasonOf(error);
    const logFields = { event: id, type, publisher: this.publisher.name, reason, attempt: attempts };
    this.observer.failed(this.publisher.name);
    if (error instanceof PermanentPublishError) {
      this.log.error(
        { ...logFields, subject },
        'publish failed permanently: the event is parked and blocks its aggregate until an operator retries or skips it',
      );
      this.observer.parked(this.publisher.name);
      await this.deliveries.parkDelivery(lease, deliveryId, reason);
      return this.deliveries.release(lease, idsOf(rest.slice(1)), 0);
    }
    this.log.warn(logFields, 'publish failed');
    this.#backoff.recordFailure(`${event.aggregateType} ${subject}`);
    await this.deliveries.release(lease, idsOf(rest), retryDelayMs(attempts));
  }
}

const idsOf = (batch: AggregateBatch): string[] => batch.map(({ deliveryId }) => deliveryId);
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
