import { withTimeout } from '#platform/async';
import { type KafkaSettings } from '#platform/config';
import { type Log } from '#platform/observability';
import { SHUTDOWN_TIMEOUT_MS, type Subscription } from '../event-source.js';
import { STOPPED, SubscriptionListener } from '../subscription-listener.js';
import type { KafkaDeadLetterTopic } from './kafka-dead-letter-topic.js';
import { KafkaGroupMember, type KafkaTimings } from './kafka-group-member.js';
import { KafkaRecordProcessor } from './kafka-record-processor.js';

/** Listens as a member of a consumer group. */
export class KafkaListener extends SubscriptionListener {
  readonly #processor: KafkaRecordProcessor;

  constructor(
    private readonly options: {
      readonly topic: string;
      readonly settings: KafkaSettings;
      readonly timings: KafkaTimings;
    },
    subscription: Subscription,
    deadLetterTopic: KafkaDeadLetterTopic,
    log: Log,
  ) {
    super(subscription, log);
    this.#processor = new KafkaRecordProcessor(subscription, deadLetterTopic, this.stopped, log);
  }

  /** Runs one membership until it is lost or the listener stops. */
  protected override async listenOnce(): Promise<Error> {
    const { queue } = this.subscription;
    const membership = await KafkaGroupMember.create(queue, this.options, this.#processor);
    const stopped = this.stopped.fired.then(() => STOPPED);
    try {
      const endedEarly = await Promise.race([membership.join(), membership.lost, stopped]);
      if (endedEarly) return endedEarly;
      const reason = await Promise.race([membership.lost, stopped]);
      if (reason === STOPPED) {
        membership.pause();
        await withTimeout(SHUTDOWN_TIMEOUT_MS, this.#processor.waitUntilIdle()).catch(() => undefined);
      }
      return reason;
    } finally {
      await membership.leave();
    }
  }
}
