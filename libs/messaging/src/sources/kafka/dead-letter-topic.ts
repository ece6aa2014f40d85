import type { KafkaMessage } from 'kafkajs';
import type { KafkaSettings } from '#platform/config';
import type { Log } from '#platform/observability';
import { Connection } from '../../publishers/connection.js';
import { KafkaLine } from '../../publishers/kafka/kafka-line.js';

/** Why a record lies there, and where it came from. */
export interface Aside {
  readonly queue: string;
  readonly partition: number;
  readonly reason: string;
  readonly detail: string;
}

/** `<topic>.dead`: key, value and headers as they came, and ours beside them. */
export class DeadLetterTopic {
  readonly #connection: Connection<KafkaLine>;
  #count = 0;

  constructor(settings: KafkaSettings, topic: string, log: Log) {
    const dead = { ...settings, topic: `${topic}.dead` };
    this.#connection = new Connection('kafka dead letters', log, () => KafkaLine.open(dead));
  }

  /** How many this process has laid there. */
  get count(): number {
    return this.#count;
  }

  /** Resolves when every in-sync replica has it. */
  async put({ key, value, headers, offset }: KafkaMessage, aside: Aside): Promise<void> {
    const line = await this.#connection.get();
    const ours = {
      'x-foyer-queue': aside.queue,
      'x-foyer-partition': String(aside.partition),
      'x-foyer-offset': offset,
      'x-foyer-reason': aside.reason,
      'x-foyer-detail': aside.detail,
      'x-foyer-dead-at': new Date().toISOString(),
    };
    try {
      await line.send({ key, value, headers: { ...headers, ...ours } });
      this.#count++;
    } catch (error) {
      this.#connection.leave(line, error as Error);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
