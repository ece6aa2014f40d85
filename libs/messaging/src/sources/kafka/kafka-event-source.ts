import type { Arrival } from '#kernel';
import type { KafkaSettings } from '#platform/config';
import type { Log } from '#platform/observability';
import { EventSource, type Subscription } from '../event-source.js';
import { KafkaDeadLetterTopic } from './kafka-dead-letter-topic.js';
import type { KafkaTimings } from './kafka-group-member.js';
import { KafkaListener } from './kafka-listener.js';

const DEFAULT_TIMINGS: KafkaTimings = { sessionMs: 10_000, fetchMs: 1_000 };

/**
 * Two topics, `KAFKA_TOPIC` and `KAFKA_INBOUND_TOPIC`, and a consumer group per subscription. Offsets are committed behind
 * what is done or laid aside in `<topic>.dead`, so whatever was not is read again. What is `ordered` is ordered by its key.
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
    const at = { topic: this.#topics[arrival], settings: this.settings, pace: this.timings };
    const listener = new KafkaListener(at, subscription, this.#deadLetterTopics[arrival], this.log);
    this.#listeners.push(listener);
    listener.start();
  }

  /** Those that this process has laid aside. */
  async countDeadLetters(): Promise<number> {
    return this.#deadLetterTopics.events.publishedCount + this.#deadLetterTopics.inbound.publishedCount;
  }

  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.stop()));
    await Promise.all([this.#deadLetterTopics.events.close(), this.#deadLetterTopics.inbound.close()]);
  }
}
