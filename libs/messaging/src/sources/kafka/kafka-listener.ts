import { type KafkaSettings, type Log, within } from '#platform';
import { Bell } from '../bell.js';
import { FINISH_MS, type Subscription } from '../event-source.js';
import { keepListening, STOPPED } from '../keep-listening.js';
import type { DeadLetterTopic } from './dead-letter-topic.js';
import { KafkaMembership, type Pace } from './kafka-membership.js';
import { KafkaWork } from './kafka-work.js';

/** One subscription, from its beginning to its end, over all the memberships that it takes. */
export class KafkaListener {
  readonly #stopped = new Bell();
  readonly #work: KafkaWork;
  #running: Promise<void> | undefined;

  constructor(
    private readonly at: { readonly topic: string; readonly settings: KafkaSettings; readonly pace: Pace },
    private readonly subscription: Subscription,
    aside: DeadLetterTopic,
    private readonly log: Log,
  ) {
    this.#work = new KafkaWork(subscription, aside, this.#stopped, log);
  }

  start(): void {
    const { queue } = this.subscription;
    this.#running ??= keepListening(queue, this.#stopped, this.log, () => this.#listen());
  }

  async stop(): Promise<void> {
    this.#stopped.ring();
    await this.#running;
  }

  /** One membership, from joining the group until it is lost or no longer wanted. */
  async #listen(): Promise<Error> {
    const { queue } = this.subscription;
    const membership = await KafkaMembership.of(queue, this.at, this.#work);
    const stopped = this.#stopped.heard.then(() => STOPPED);
    try {
      const over = await Promise.race([membership.join(), membership.lost, stopped]);
      if (over) return over;
      const reason = await Promise.race([membership.lost, stopped]);
      if (reason === STOPPED) {
        membership.pause();
        await within(FINISH_MS, this.#work.finished()).catch(() => undefined);
      }
      return reason;
    } finally {
      await membership.leave();
    }
  }
}
