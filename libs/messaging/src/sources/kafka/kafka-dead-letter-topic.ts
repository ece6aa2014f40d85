import type { KafkaMessage } from 'kafkajs';
import type { KafkaSettings } from '#platform/config';
import type { Log } from '#platform/observability';
import { KafkaProducerConnection } from '../../publishers/kafka/kafka-producer-connection.js';
import { ReconnectingConnection } from '../../publishers/reconnecting-connection.js';

/** The reason for a dead letter, and the origin of the record. */
export interface DeadLetterOrigin {
  readonly queue: string;
  readonly partition: number;
  readonly reason: string;
  readonly detail: string;
}

/** Writes to `<topic>.dead`: the original key, value and headers, plus Foyer's headers. */
export class KafkaDeadLetterTopic {
  readonly #connection: ReconnectingConnection<KafkaProducerConnection>;
  #count = 0;

  constructor(settings: KafkaSettings, topic: string, log: Log) {
    const dead = { ...settings, topic: `${topic}.dead` };
    this.#connection = new ReconnectingConnection('kafka dead letters', log, () => KafkaProducerConnection.open(dead));
  }

  /** Number of dead letters that this process has written. */
  get publishedCount(): number {
    return this.#count;
  }

  /** Resolves when every in-sync replica has it. */
  async publish({ key, value, headers, offset }: KafkaMessage, origin: DeadLetterOrigin): Promise<void> {
    const connection = await this.#connection.get();
    const foyerHeaders = {
      'x-foyer-queue': origin.queue,
      'x-foyer-partition': String(origin.partition),
      'x-foyer-offset': offset,
      'x-foyer-reason': origin.reason,
      'x-foyer-detail': origin.detail,
      'x-foyer-dead-at': new Date().toISOString(),
    };
    try {
      await connection.send({ key, value, headers: { ...headers, ...foyerHeaders } });
      this.#count++;
    } catch (error) {
      this.#connection.discard(connection, error as Error);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
