import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Arrival } from '#kernel';
import type { EventSource, IncomingMessage, MessageDisposition, Subscription } from '../sources/event-source.js';

export interface EventSourceUnderTest {
  /** One more process that listens; closed by the suite. */
  open(): EventSource;
  /** As others do it. Resolves when the other side has it. */
  send(arrival: Arrival, message: { id: string; type: string; payload: string }): Promise<void>;
  /** What is sent stays while nobody listens. */
  readonly durable: boolean;
  drop(): Promise<void>;
}

export interface ReceivedMessage extends IncomingMessage {
  readonly text: string;
  readonly receivedAt: number;
}

export const DONE: MessageDisposition = { is: 'done' };
const READY_MESSAGE = 'ready';

/** Keeps what it is handed, and gives the verdict that it is told to give. */
export class RecordingSubscription implements Subscription {
  readonly queue = `foyer.test.${randomUUID().slice(0, 8)}`;
  readonly types = [`test.${randomUUID().slice(0, 8)}.v1`] as const;
  readonly received: ReceivedMessage[] = [];
  isReady = false;
  inFlight = 0;
  maxInFlight = 0;
  onMessage: (message: ReceivedMessage) => MessageDisposition | Promise<MessageDisposition> = () => DONE;

  constructor(
    readonly arrival: Arrival = 'events',
    readonly ordered = false,
  ) {}

  async handle(message: IncomingMessage): Promise<MessageDisposition> {
    const handed = { ...message, text: Buffer.from(message.body).toString(), receivedAt: performance.now() };
    if (handed.text === READY_MESSAGE) return this.#markReady();
    this.received.push(handed);
    this.maxInFlight = Math.max(this.maxInFlight, ++this.inFlight);
    return Promise.resolve(this.onMessage(handed)).finally(() => this.inFlight--);
  }

  #markReady(): MessageDisposition {
    this.isReady = true;
    return DONE;
  }

  get texts(): readonly string[] {
    return this.received.map(({ text }) => text);
  }
}

/** Processes that listen, and those who send to them. */
export class EventSourceFixture {
  readonly #openSources: EventSource[] = [];

  constructor(private readonly broker: EventSourceUnderTest) {}

  open(...subscriptions: Subscription[]): EventSource {
    const source = this.broker.open();
    this.#openSources.push(source);
    for (const one of subscriptions) source.subscribe(one);
    return source;
  }

  send(to: RecordingSubscription, payload: string, id: string = randomUUID()): Promise<void> {
    return this.broker.send(to.arrival, { id, type: to.types[0], payload });
  }

  /** The first message waits until somebody listens: until then it may be nobody's. */
  async waitUntilReady(...all: RecordingSubscription[]): Promise<void> {
    for (const one of all) {
      const hears = () => this.send(one, READY_MESSAGE).then(() => one.isReady);
      await expect.poll(hears, { timeout: 10_000, interval: 100 }).toBe(true);
    }
    await sleep(200);
  }

  async waitForMessages(to: RecordingSubscription, count: number, timeout = 10_000): Promise<void> {
    await expect.poll(() => to.received.length, { timeout, interval: 10 }).toBe(count);
  }

  async close(): Promise<void> {
    await Promise.all(this.#openSources.map((source) => source.close()));
  }
}
