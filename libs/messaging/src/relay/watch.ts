import type { Log } from '#platform/observability';
import type { Deliveries } from './deliveries.js';
import { Rest } from './rest.js';

const LOOK_MS = 1_000;

/** Looks once a second, with one query for all publishers, whether anything waits: a hint that was lost costs no more. */
export class Watch {
  readonly #rest = new Rest();
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(
    private readonly deliveries: Deliveries,
    private readonly wake: ReadonlyMap<string, () => void>,
    private readonly log: Log,
  ) {}

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#rest.end();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#rest.for(LOOK_MS);
      if (!this.#stopped) await this.#look();
    }
  }

  async #look(): Promise<void> {
    try {
      for (const publisher of await this.deliveries.pending([...this.wake.keys()])) this.wake.get(publisher)?.();
    } catch (error) {
      this.log.warn({ reason: String(error) }, 'the outbox cannot be looked at');
    }
  }
}
