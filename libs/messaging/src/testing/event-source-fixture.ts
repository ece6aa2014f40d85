import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Arrival } from '#kernel';
import type { EventSource, IncomingMessage, MessageDisposition, Subscription } from '../sources/event-source.js';

export interface EventSourceUnderTest {
  /** Opens another source, as another process would. The suite closes it. */
  open(): EventSource;
  /** Sends a message like an external system. Resolves when the broker has it. */
  send(arrival: Arrival, message: { id: string; type: string; payload: string }): Promise<void>;
  /** Whether messages are kept while nothing listens. */
  readonly durable: boolean;
  drop(): Promise<void>;
}

export interface ReceivedMessage extends IncomingMessage {
  readonly text: string;
  readonly receivedAt: number;
}

export const DONE: MessageDisposition = { is: 'done' };
const READY_MESSAGE = 'ready';

/** Records received messages and returns the configured disposition. */
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
    const received = { ...message, text: Buffer.from(message.body).toString(), receivedAt: performance.now() };
    if (received.text === READY_MESSAGE) return this.#markReady();
    this.received.push(received);
    this.maxInFlight = Math.max(this.maxInFlight, ++this.inFlight);
    return Promise.resolve(this.onMessage(received)).finally(() => this.inFlight--);
  }

  #markReady(): MessageDisposition {
    this.isReady = true;
    return DONE;
  }

  get texts(): readonly string[] {
    return this.received.map(({ text }) => text);
  }
}

/** Opens event sources and sends messages to their subscriptions. */
export class EventSourceFixture {
  readonly #openSources: EventSource[] = [];

  constructor(private readonly broker: EventSourceUnderTest) {}

  open(...subscriptions: Subscription[]): EventSource {
    const source = this.broker.open();
    this.#openSources.push(source);
    for (const subscription of subscriptions) source.subscribe(subscription);
    return source;
  }

  send(to: RecordingSubscription, payload: string, id: string = randomUUID()): Promise<void> {
    return this.broker.send(to.arrival, { id, type: to.types[0], payload });
  }

  /** Sends probes until every subscription receives one. A message that is sent earlier may be lost. */
  async waitUntilReady(...subscriptions: RecordingSubscription[]): Promise<void> {
    for (const subscription of subscriptions) {
      const isReady = () => this.send(subscription, READY_MESSAGE).then(() => subscription.isReady);
      await expect.poll(isReady, { timeout: 10_000, interval: 100 }).toBe(true);
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
