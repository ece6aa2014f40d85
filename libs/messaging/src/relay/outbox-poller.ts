import type { Log } from '#platform/observability';
import type { OutboxDeliveries } from './outbox-deliveries.js';
import { WakeSignal } from './wake-signal.js';

const POLL_INTERVAL_MS = 1_000;

/** Polls once a second for pending deliveries, with one query for all publishers. A lost hint delays an event by no more. */
export class OutboxPoller {
  readonly #wakeSignal = new WakeSignal();
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(
    private readonly deliveries: OutboxDeliveries,
    private readonly wakeByPublisher: ReadonlyMap<string, () => void>,
    private readonly log: Log,
  ) {}

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wakeSignal.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#wakeSignal.sleep(POLL_INTERVAL_MS);
      if (!this.#stopped) await this.#poll();
    }
  }

  async #poll(): Promise<void> {
    try {
      for (const publisher of await this.deliveries.findPendingPublishers([...this.wakeByPublisher.keys()]))
        this.wakeByPublisher.get(publisher)?.();
    } catch (error) {
      this.log.warn({ reason: String(error) }, 'cannot poll the outbox');
    }
  }
}
