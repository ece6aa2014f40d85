import type { Log } from '#platform/observability';
import type { OutboxDeliveries } from './outbox-deliveries.js';
import { WakeSignal } from './wake-signal.js';

const POLL_INTERVAL_MS = 1_000;

/** Looks once a second, with one query for all publishers, whether anything waits: a hint that was lost costs no more. */
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
      this.log.warn({ reason: String(error) }, 'the outbox cannot be looked at');
    }
  }
}
