import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Arrival } from '#kernel';
import type { EventSource, IncomingMessage, Subscription, Verdict } from '../sources/event-source.js';

export interface EventSourceUnderTest {
  /** One more process that listens; closed by the suite. */
  open(): EventSource;
  /** As others do it. Resolves when the other side has it. */
  send(arrival: Arrival, message: { id: string; type: string; payload: string }): Promise<void>;
  /** What is sent stays while nobody listens. */
  readonly durable: boolean;
  drop(): Promise<void>;
}

export interface Handed extends IncomingMessage {
  readonly text: string;
  readonly at: number;
}

export const DONE: Verdict = { is: 'done' };
const READY = 'ready';

/** Keeps what it is handed, and gives the verdict that it is told to give. */
export class Listening implements Subscription {
  readonly queue = `foyer.test.${randomUUID().slice(0, 8)}`;
  readonly types = [`test.${randomUUID().slice(0, 8)}.v1`] as const;
  readonly handed: Handed[] = [];
  hears = false;
  running = 0;
  most = 0;
  judge: (message: Handed) => Verdict | Promise<Verdict> = () => DONE;

  constructor(
    readonly arrival: Arrival = 'events',
    readonly ordered = false,
  ) {}

  async handle(message: IncomingMessage): Promise<Verdict> {
    const handed = { ...message, text: Buffer.from(message.body).toString(), at: performance.now() };
    if (handed.text === READY) return this.#hear();
    this.handed.push(handed);
    this.most = Math.max(this.most, ++this.running);
    return Promise.resolve(this.judge(handed)).finally(() => this.running--);
  }

  #hear(): Verdict {
    this.hears = true;
    return DONE;
  }

  get texts(): readonly string[] {
    return this.handed.map(({ text }) => text);
  }
}

/** Processes that listen, and those who send to them. */
export class Listeners {
  readonly #opened: EventSource[] = [];

  constructor(private readonly other: EventSourceUnderTest) {}

  open(...subscriptions: Subscription[]): EventSource {
    const source = this.other.open();
    this.#opened.push(source);
    for (const one of subscriptions) source.subscribe(one);
    return source;
  }

  send(to: Listening, payload: string, id: string = randomUUID()): Promise<void> {
    return this.other.send(to.arrival, { id, type: to.types[0], payload });
  }

  /** The first message waits until somebody listens: until then it may be nobody's. */
  async ready(...all: Listening[]): Promise<void> {
    for (const one of all) {
      const hears = () => this.send(one, READY).then(() => one.hears);
      await expect.poll(hears, { timeout: 10_000, interval: 100 }).toBe(true);
    }
    await sleep(200);
  }

  async arrived(to: Listening, count: number, timeout = 10_000): Promise<void> {
    await expect.poll(() => to.handed.length, { timeout, interval: 10 }).toBe(count);
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.map((source) => source.close()));
  }
}
