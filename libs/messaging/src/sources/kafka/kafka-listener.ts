import { within } from '#platform/async';
import { type KafkaSettings } from '#platform/config';
import { type Log } from '#platform/observability';
import { FINISH_MS, type Subscription } from '../event-source.js';
import { Listener, STOPPED } from '../listener.js';
import type { DeadLetterTopic } from './dead-letter-topic.js';
import { KafkaMembership, type Pace } from './kafka-membership.js';
import { KafkaWork } from './kafka-work.js';

/** Its connections are memberships of a group. */
export class KafkaListener extends Listener {
  readonly #work: KafkaWork;

  constructor(
    private readonly at: { readonly topic: string; readonly settings: KafkaSettings; readonly pace: Pace },
    subscription: Subscription,
    aside: DeadLetterTopic,
    log: Log,
  ) {
    super(subscription, log);
    this.#work = new KafkaWork(subscription, aside, this.stopped, log);
  }

  /** One membership, from joining the group until it is lost or no longer wanted. */
  protected override async listen(): Promise<Error> {
    const { queue } = this.subscription;
    const membership = await KafkaMembership.of(queue, this.at, this.#work);
    const stopped = this.stopped.heard.then(() => STOPPED);
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
