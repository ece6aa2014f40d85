import type { Admin, Producer, ProducerRecord } from 'kafkajs';
import { withTimeout } from '#platform/async';
import { type KafkaSettings } from '#platform/config';
import type { BrokerConnection } from '../reconnecting-connection.js';
import { createKafkaClient } from './create-kafka-client.js';

const REQUEST_TIMEOUT_MS = 5_000;
/** The interval of checks on an idle connection. Responses on a busy connection replace the check. */
const IDLE_CHECK_MS = 5_000;

/** A connection to a cluster that produces records and verifies that the topic exists. */
export class KafkaProducerConnection implements BrokerConnection {
  readonly #pending = new Set<Promise<unknown>>();
  #lastResponseAt = performance.now();
  #closing: Promise<void> | undefined;

  private constructor(
    private readonly topic: string,
    private readonly producer: Producer,
    private readonly admin: Admin,
  ) {}

  static async open(settings: KafkaSettings): Promise<KafkaProducerConnection> {
    const { kafka, createPartitioner } = await createKafkaClient(settings);
    const producer = kafka.producer({ createPartitioner, allowAutoTopicCreation: false, retry: { retries: 0 } });
    const connection = new KafkaProducerConnection(settings.topic, producer, kafka.admin({ retry: { retries: 0 } }));
    try {
      await withTimeout(REQUEST_TIMEOUT_MS, Promise.all([connection.producer.connect(), connection.admin.connect()]));
      await connection.#verifyTopic();
      return connection;
    } catch (error) {
      void connection.close();
      throw error;
    }
  }

  async send(message: ProducerRecord['messages'][number]): Promise<void> {
    const record = { topic: this.topic, acks: -1, timeout: REQUEST_TIMEOUT_MS, messages: [message] };
    const sending = this.producer.send(record);
    this.#pending.add(sending);
    try {
      await withTimeout(REQUEST_TIMEOUT_MS, sending);
      this.#lastResponseAt = performance.now();
    } finally {
      this.#pending.delete(sending);
    }
  }

  async check(): Promise<void> {
    if (performance.now() - this.#lastResponseAt > IDLE_CHECK_MS) await this.#verifyTopic();
  }

  close(): Promise<void> {
    this.#closing ??= this.#drainAndDisconnect();
    return this.#closing;
  }

  async #drainAndDisconnect(): Promise<void> {
    const pending = Promise.allSettled(this.#pending);
    await this.#disconnect();
    // A request that fails later reopens its connection first, so disconnect again.
    if (this.#pending.size > 0) void pending.then(() => this.#disconnect());
  }

  /** @throws Error if the cluster does not answer or the topic does not exist */
  async #verifyTopic(): Promise<void> {
    await withTimeout(REQUEST_TIMEOUT_MS, this.admin.fetchTopicMetadata({ topics: [this.topic] }));
    this.#lastResponseAt = performance.now();
  }

  async #disconnect(): Promise<void> {
    await withTimeout(
      REQUEST_TIMEOUT_MS,
      Promise.allSettled([this.producer.disconnect(), this.admin.disconnect()]),
    ).catch(() => undefined);
  }
}
