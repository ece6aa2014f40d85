import type { Arrival } from '#kernel';
import type { KafkaSettings } from '#platform/config';
import type { Log } from '#platform/observability';
import { EventSource, type Subscription } from '../event-source.js';
import { DeadLetterTopic } from './dead-letter-topic.js';
import { KafkaListener } from './kafka-listener.js';
import type { Pace } from './kafka-membership.js';

const PACE: Pace = { sessionMs: 10_000, fetchMs: 1_000 };

/**
 * Two topics, `KAFKA_TOPIC` and `KAFKA_INBOUND_TOPIC`, and a consumer group per subscription. Offsets are committed behind
 * what is done or laid aside in `<topic>.dead`, so whatever was not is read again. What is `ordered` is ordered by its key.
 */
export class KafkaEventSource extends EventSource {
  readonly name = 'kafka';
  readonly #topics: Readonly<Record<Arrival, string>>;
  readonly #aside: Readonly<Record<Arrival, DeadLetterTopic>>;
  readonly #listeners: KafkaListener[] = [];

  constructor(
    private readonly settings: KafkaSettings,
    private readonly log: Log,
    private readonly pace: Pace = PACE,
  ) {
    super();
    this.#topics = { events: settings.topic, inbound: settings.inboundTopic };
    this.#aside = {
      events: new DeadLetterTopic(settings, settings.topic, log),
      inbound: new DeadLetterTopic(settings, settings.inboundTopic, log),
    };
  }

  subscribe(subscription: Subscription): void {
    const { arrival } = subscription;
    const at = { topic: this.#topics[arrival], settings: this.settings, pace: this.pace };
    const listener = new KafkaListener(at, subscription, this.#aside[arrival], this.log);
    this.#listeners.push(listener);
    listener.start();
  }

  /** Those that this process has laid aside. */
  async deadLetters(): Promise<number> {
    return this.#aside.events.count + this.#aside.inbound.count;
  }

  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.stop()));
    await Promise.all([this.#aside.events.close(), this.#aside.inbound.close()]);
  }
}
