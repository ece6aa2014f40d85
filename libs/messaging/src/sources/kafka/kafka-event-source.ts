import type { Arrival } from '#kernel';
import type { KafkaSettings } from '#platform/config';
import type { Log } from '#platform/observability';
import { EventSource, type Subscription } from '../event-source.js';
import { KafkaDeadLetterTopic } from './kafka-dead-letter-topic.js';
import type { KafkaTimings } from './kafka-group-member.js';
import { KafkaListener } from './kafka-listener.js';

const DEFAULT_TIMINGS: KafkaTimings = { sessionMs: 10_000, fetchMs: 1_000 };

/**
 * Consumes two topics, `KAFKA_TOPIC` and `KAFKA_INBOUND_TOPIC`, with one consumer group per subscription. An offset is
 * committed only when all records before it are done or in `<topic>.dead`; other records are read again. An `ordered`
 * subscription is ordered by key.
 */
export class KafkaEventSource extends EventSource {
  readonly name = 'kafka';
  readonly #topics: Readonly<Record<Arrival, string>>;
  readonly #deadLetterTopics: Readonly<Record<Arrival, KafkaDeadLetterTopic>>;
  readonly #listeners: KafkaListener[] = [];

  constructor(
    private readonly settings: KafkaSettings,
    private readonly log: Log,
    private readonly timings: KafkaTimings = DEFAULT_TIMINGS,
  ) {
    super();
    this.#topics = { events: settings.topic, inbound: settings.inboundTopic };
    this.#deadLetterTopics = {
      events: new KafkaDeadLetterTopic(settings, settings.topic, log),
      inbound: new KafkaDeadLetterTopic(settings, settings.inboundTopic, log),
    };
  }

  subscribe(subscription: Subscription): void {
    const { arrival } = subscription;
    const options = { topic: this.#topics[arrival], settings: this.settings, timings: this.timings };
    const listener = new KafkaListener(options, subscription, this.#deadLetterTopics[arrival], this.log);
    this.#listeners.push(listener);
    listener.start();
  }

  /** Counts the dead letters that this process has written. */
  async countDeadLetters(): Promise<number> {
    return this.#deadLetterTopics.events.publishedCount + this.#deadLetterTopics.inbound.publishedCount;
  }

  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.stop()));
    await Promise.all([this.#deadLetterTopics.events.close(), this.#deadLetterTopics.inbound.close()]);
  }
}
