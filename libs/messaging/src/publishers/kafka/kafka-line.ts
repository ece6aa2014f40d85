import type { Admin, Producer, ProducerRecord } from 'kafkajs';
import { within } from '#platform/async';
import { type KafkaSettings } from '#platform/config';
import type { Line } from '../connection.js';
import { connectKafka } from './connect-kafka.js';

const CALL_MS = 5_000;
/** An idle line is asked for a sign of life so often; a busy one gives them by itself. */
const ASK_MS = 5_000;

/** Connected to a cluster, to produce and to ask whether the topic is there. */
export class KafkaLine implements Line {
  readonly #pending = new Set<Promise<unknown>>();
  #heardAt = performance.now();
  #closing: Promise<void> | undefined;

  private constructor(
    private readonly topic: string,
    private readonly producer: Producer,
    private readonly admin: Admin,
  ) {}

  static async open(settings: KafkaSettings): Promise<KafkaLine> {
    const { kafka, createPartitioner } = await connectKafka(settings);
    const producer = kafka.producer({ createPartitioner, allowAutoTopicCreation: false, retry: { retries: 0 } });
    const line = new KafkaLine(settings.topic, producer, kafka.admin({ retry: { retries: 0 } }));
    try {
      await within(CALL_MS, Promise.all([line.producer.connect(), line.admin.connect()]));
      await line.#askForTopic();
      return line;
    } catch (error) {
      void line.close();
      throw error;
    }
  }

  async send(message: ProducerRecord['messages'][number]): Promise<void> {
    const record = { topic: this.topic, acks: -1, timeout: CALL_MS, messages: [message] };
    const sending = this.producer.send(record);
    this.#pending.add(sending);
    try {
      await within(CALL_MS, sending);
      this.#heardAt = performance.now();
    } finally {
      this.#pending.delete(sending);
    }
  }

  async check(): Promise<void> {
    if (performance.now() - this.#heardAt > ASK_MS) await this.#askForTopic();
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    const pending = Promise.allSettled(this.#pending);
    await this.#disconnect();
    // A request that fails after this opens its connection again before it gives up.
    if (this.#pending.size > 0) void pending.then(() => this.#disconnect());
  }

  /** @throws Error when the cluster does not answer, or has no such topic */
  async #askForTopic(): Promise<void> {
    await within(CALL_MS, this.admin.fetchTopicMetadata({ topics: [this.topic] }));
    this.#heardAt = performance.now();
  }

  async #disconnect(): Promise<void> {
    await within(CALL_MS, Promise.allSettled([this.producer.disconnect(), this.admin.disconnect()])).catch(
      () => undefined,
    );
  }
}
