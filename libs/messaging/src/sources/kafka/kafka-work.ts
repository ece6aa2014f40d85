import type { KafkaMessage } from 'kafkajs';
import type { Log } from '#platform/observability';
import { Lanes } from '../../subscribers/lanes.js';
import type { Bell } from '../bell.js';
import { Carrier } from '../carrier.js';
import type { Subscription } from '../event-source.js';
import { fullJitter } from '../listener.js';
import type { DeadLetterTopic } from './dead-letter-topic.js';

/** Records that are handled, held for another try, or wait for one of their key. */
const HELD = 100;

/** What is done with the records of one subscription, whichever connection they came over. */
export class KafkaWork {
  readonly #carrier: Carrier;
  readonly #lanes = new Lanes();
  readonly #underway = new Set<Promise<boolean>>();

  constructor(
    private readonly subscription: Subscription,
    private readonly aside: Pick<DeadLetterTopic, 'put'>,
    private readonly stopped: Bell,
    private readonly log: Log,
  ) {
    this.#carrier = new Carrier(subscription, stopped);
  }

  get full(): boolean {
    return this.#underway.size >= HELD;
  }

  /**
   * Records of one key are done one after the other: the next is handed over when this one has its last verdict.
   * @returns whether it is done, so that its offset may be committed. Never rejects.
   */
  do(partition: number, record: KafkaMessage): Promise<boolean> {
    if (!this.#isWanted(record)) return Promise.resolve(true);
    const judge = () => this.#judge(partition, record);
    const { key } = record;
    const judged = key === null ? judge() : this.#lanes.run(`${partition} ${key.toString('base64')}`, judge);
    const work = judged
      .then((done) => done === true)
      .catch(() => false)
      .finally(() => this.#underway.delete(work));
    this.#underway.add(work);
    return work;
  }

  /** When nothing is being done any more. */
  async finished(): Promise<void> {
    await Promise.all(this.#underway);
  }

  #isWanted({ headers }: KafkaMessage): boolean {
    const type = headers?.['ce_type'];
    return type === undefined || this.subscription.types.includes(String(type));
  }

  async #judge(partition: number, record: KafkaMessage): Promise<boolean> {
    const verdict = await this.#carrier.carry(record.value ?? Buffer.alloc(0), Date.now());
    if (verdict.is !== 'dead') return verdict.is === 'done';
    const { queue } = this.subscription;
    const { reason, detail } = verdict;
    for (let failures = 0; ; failures++) {
      try {
        await this.aside.put(record, { queue, partition, reason, detail });
        return true;
      } catch (error) {
        this.log.warn({ queue, reason: (error as Error).message }, 'a message cannot be laid aside');
        await this.stopped.within(fullJitter(failures));
        if (this.stopped.rung) return false;
      }
    }
  }
}
