import type { KafkaMessage } from 'kafkajs';
import type { Log } from '#platform/observability';
import { KeyedSerialExecutor } from '../../subscribers/keyed-serial-executor.js';
import type { Subscription } from '../event-source.js';
import type { OneShotSignal } from '../one-shot-signal.js';
import { RedeliveryLoop } from '../redelivery-loop.js';
import { fullJitterDelayMs } from '../subscription-listener.js';
import type { KafkaDeadLetterTopic } from './kafka-dead-letter-topic.js';

/** Records that are handled, held for another try, or wait for one of their key. */
const MAX_HELD_RECORDS = 100;

/** What is done with the records of one subscription, whichever connection they came over. */
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
   * Records of one key are done one after the other: the next is handed over when this one has its last verdict.
   * @returns whether it is done, so that its offset may be committed. Never rejects.
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

  /** When nothing is being done any more. */
  async waitUntilIdle(): Promise<void> {
    await Promise.all(this.#inFlight);
  }

  #isSubscribedType({ headers }: KafkaMessage): boolean {
    const type = headers?.['ce_type'];
    return type === undefined || this.subscription.types.includes(String(type));
  }

  async #handle(partition: number, record: KafkaMessage): Promise<boolean> {
    const verdict = await this.#redeliveryLoop.deliver(record.value ?? Buffer.alloc(0), Date.now());
    if (verdict.is !== 'dead') return verdict.is === 'done';
    const { queue } = this.subscription;
    const { reason, detail } = verdict;
    for (let failures = 0; ; failures++) {
      try {
        await this.deadLetterTopic.publish(record, { queue, partition, reason, detail });
        return true;
      } catch (error) {
        this.log.warn({ queue, reason: (error as Error).message }, 'a message cannot be laid aside');
        await this.stopped.waitAtMost(fullJitterDelayMs(failures));
        if (this.stopped.hasFired) return false;
      }
    }
  }
}
