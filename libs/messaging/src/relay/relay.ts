import { randomInt } from 'node:crypto';
import type { Clock } from '#kernel';
import type { Log } from '#platform';
import type { EventPublisher } from '../publishers/event-publisher.js';
import type { Deliveries, Lease, Run } from './deliveries.js';
import { LEASE_MS } from './deliveries.js';

const IDLE_MS = 1_000;
/** Gathers what is committed at the same moment: one round costs four statements, however many events it takes. */
const GATHER_MS = 15;
const FULL = 50;
const LONGEST_RETRY_MS = 5_000;
/** A lease is not used in its last seconds: a process that was stopped and woken fences itself. */
const SAFE_LEASE_MS = LEASE_MS - 10_000;

export interface RelayObserver {
  published(publisher: string, count: number): void;
  failed(publisher: string): void;
}

/** Carries events from the outbox to one publisher: every committed event, at least once, per aggregate in order. */
export class Relay {
  #wake: () => void = () => undefined;
  #woken = false;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(
    private readonly publisher: EventPublisher,
    private readonly deliveries: Deliveries,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly observer: RelayObserver,
  ) {}

  start(): void {
    this.#running ??= this.#run();
  }

  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  /** Finishes its round: nothing that was confirmed is sent again by the next process. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const taken = await this.#round().catch((error: unknown) => {
        this.log.warn({ publisher: this.publisher.name, reason: String(error) }, 'the outbox cannot be relayed');
        return 0;
      });
      if (taken === 0) await this.#rest();
      else if (taken < FULL) await this.clock.pause(GATHER_MS);
    }
  }

  async #round(): Promise<number> {
    this.#woken = false;
    await this.publisher.check();
    const lease = await this.deliveries.lease(this.publisher.name);
    const deadline = performance.now() + SAFE_LEASE_MS;
    const done = await Promise.all(lease.runs.map((run) => this.#publish(lease, run, deadline)));
    await this.deliveries.delivered(lease, done.flat());
    this.observer.published(this.publisher.name, done.flat().length);
    return done.flat().length;
  }

  /** One aggregate, event by event. The first failure sends the rest of it back; others are not touched. */
  async #publish(lease: Lease, run: Run, deadline: number): Promise<string[]> {
    const done: string[] = [];
    for (const event of run) {
      if (performance.now() > deadline) return done;
      try {
        await this.publisher.publish(event);
        done.push(event.deliveryId);
      } catch (error) {
        const { id, type, attempts } = event;
        const reason = (error as Error).message;
        this.log.warn({ event: id, type, publisher: this.publisher.name, reason, attempt: attempts }, 'publish failed');
        this.observer.failed(this.publisher.name);
        const rest = run.slice(done.length).map(({ deliveryId }) => deliveryId);
        await this.deliveries.giveBack(
          lease,
          rest,
          randomInt(1, Math.min(LONGEST_RETRY_MS, 250 * 2 ** Math.min(attempts, 8))),
        );
        return done;
      }
    }
    return done;
  }

  async #rest(): Promise<void> {
    if (this.#woken || this.#stopped) return this.clock.pause(GATHER_MS);
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, IDLE_MS);
    });
    clearTimeout(timer);
  }
}
