import type { KafkaMessage } from 'kafkajs';
import type { Log } from '#platform/observability';
import { KeyedSerialExecutor } from '../../subscribers/keyed-serial-executor.js';
import type { Subscription } from '../event-source.js';
import type { OneShotSignal } from '../one-shot-signal.js';
import { RedeliveryLoop } from '../redelivery-loop.js';
import { fullJitterDelayMs } from '../subscription-listener.js';
import type { KafkaDeadLetterTopic } from './kafka-dead-letter-topic.js';

/** Records being handled, waiting for a retry, or waiting for a record with the same key. */
const MAX_HELD_RECORDS = 100;

/** Processes the records of one subscription across connections. */
export class KafkaRecordProcessor {
  readonly #redeliveryLoop: RedeliveryLoop;
  readonly #executor = new KeyedSerialExecutor();
  readonly #inFlight = new Set<Promise<boolean>>();

  constructor(
    private readonly subscription: Subscription,
    private readonly deadLetterTopic: Pick<KafkaDeadLetterTopic, 'publish'>,
    private readonly stopped: OneShotSignal,
    private readonly log: Log,
  ) {
    this.#redeliveryLoop = new RedeliveryLoop(subscription, stopped);
  }

  get isFull(): boolean {
    return this.#inFlight.size >= MAX_HELD_RECORDS;
  }

  /**
   * Processes records with the same key in sequence: the next one starts when the disposition of this one is final.
   * @returns whether the record is done, so that its offset can be committed. Never rejects.
   */
  process(partition: number, record: KafkaMessage): Promise<boolean> {
    if (!this.#isSubscribedType(record)) return Promise.resolve(true);
    const handle = () => this.#handle(partition, record);
    const { key } = record;
    const handled = key === null ? handle() : this.#executor.run(`${partition} ${key.toString('base64')}`, handle);
    const work = handled
      .then((done) => done === true)
      .catch(() => false)
      .finally(() => this.#inFlight.delete(work));
    this.#inFlight.add(work);
    return work;
  }

  /** Resolves when no record is being processed. */
  async waitUntilIdle(): Promise<void> {
    await Promise.all(this.#inFlight);
  }

  #isSubscribedType({ headers }: KafkaMessage): boolean {
    const type = headers?.['ce_type'];
    return type === undefined || this.subscription.types.includes(String(type));
  }

  async #handle(partition: number, record: KafkaMessage): Promise<boolean> {
    const disposition = await this.#redeliveryLoop.deliver(record.value ?? Buffer.alloc(0), Date.now());
    if (disposition.is !== 'dead') return disposition.is === 'done';
    const { queue } = this.subscription;
    const { reason, detail } = disposition;
    for (let failures = 0; ; failures++) {
      try {
        await this.deadLetterTopic.publish(record, { queue, partition, reason, detail });
        return true;
      } catch (error) {
        this.log.warn(
          { queue, reason: (error as Error).message },
          'cannot move a message to the retry or dead-letter queue',
        );
        await this.stopped.waitAtMost(fullJitterDelayMs(failures));
        if (this.stopped.hasFired) return false;
      }
    }
  }
}
