import type { Channel, ConfirmChannel, ConsumeMessage } from 'amqplib';
import { withTimeout } from '#platform/async';
import { type Log } from '#platform/observability';
import {
  DEFAULT_RETRY,
  MAX_IN_FLIGHT,
  type MessageDisposition,
  SHUTDOWN_TIMEOUT_MS,
  type Subscription,
} from '../event-source.js';
import { OneShotSignal } from '../one-shot-signal.js';
import { fullJitterDelayMs, STOPPED, SubscriptionListener } from '../subscription-listener.js';
import { deadLetterQueueName, declareConsumerTopology, retryQueueName } from './consumer-topology.js';
import { BROKER_TIMEOUT_MS, closeChannel, type RabbitMqConnection } from './rabbitmq-connection.js';
import { type RetryMetadata, readRetryHeaders } from './retry-headers.js';
import type { RetryQueuePublisher } from './retry-queue-publisher.js';

/** A subscription has a channel of its own. */
export class RabbitMqListener extends SubscriptionListener {
  readonly #inFlight = new Set<Promise<void>>();

  constructor(
    private readonly connection: RabbitMqConnection,
    private readonly retryPublisher: RetryQueuePublisher,
    subscription: Subscription,
    log: Log,
  ) {
    super(subscription, log);
  }

  /** One channel, from opening it until it is lost or no longer wanted. */
  protected override async listenOnce(): Promise<Error> {
    const channel = await this.connection.openChannel();
    try {
      const lost = waitForChannelLoss(channel);
      await withTimeout(BROKER_TIMEOUT_MS, declareConsumerTopology(channel, this.subscription));
      await withTimeout(BROKER_TIMEOUT_MS, channel.prefetch(MAX_IN_FLIGHT));
      const cancelled = new OneShotSignal();
      const take = (message: ConsumeMessage | null): void =>
        message ? this.#startHandling(channel, message) : cancelled.fire();
      const { consumerTag } = await withTimeout(BROKER_TIMEOUT_MS, channel.consume(this.subscription.queue, take));
      const ended = cancelled.fired.then(() => new Error('the broker ended the subscription'));
      const reason = await Promise.race([lost, ended, this.stopped.fired.then(() => STOPPED)]);
      if (reason === STOPPED) await this.#drain(channel, consumerTag);
      return reason;
    } finally {
      // What no verdict was given on goes back to the queue with the channel.
      await closeChannel(channel);
    }
  }

  async #drain(channel: Channel, consumerTag: string): Promise<void> {
    await withTimeout(BROKER_TIMEOUT_MS, channel.cancel(consumerTag)).catch(() => undefined);
    await withTimeout(SHUTDOWN_TIMEOUT_MS, Promise.all(this.#inFlight)).catch(() => undefined);
  }

  #startHandling(channel: ConfirmChannel, message: ConsumeMessage): void {
    const work = this.#handle(channel, message).finally(() => this.#inFlight.delete(work));
    this.#inFlight.add(work);
  }

  async #handle(channel: Channel, message: ConsumeMessage): Promise<void> {
    const { attempt = 1, since = Date.now() } = readRetryHeaders(message.properties.headers);
    const verdict = await this.subscription
      .handle({ body: message.content, attempt, since })
      .catch(() => DEFAULT_RETRY);
    const put = (queue: string, note: RetryMetadata) => this.#publishUntilStopped(channel, queue, message, note);
    // At once it would be handed straight back to us.
    if (verdict.is === 'release') await this.stopped.fired;
    const settled = await applyDisposition(verdict, { queue: this.subscription.queue, attempt, since, publish: put });
    try {
      if (settled) channel.ack(message);
      else channel.nack(message);
    } catch {
      // The channel is lost, and with it the message: it is handed over again.
    }
  }

  /** The message is held until the broker has taken the other one. False when that was given up. */
  async #publishUntilStopped(
    channel: Channel,
    queue: string,
    message: ConsumeMessage,
    note: RetryMetadata,
  ): Promise<boolean> {
    for (let failures = 0; ; failures++) {
      try {
        await this.retryPublisher.publish(queue, message, note);
        return true;
      } catch (error) {
        this.log.warn({ queue, reason: (error as Error).message }, 'a message cannot be laid aside');
        await this.stopped.waitAtMost(fullJitterDelayMs(failures));
        if (this.stopped.hasFired) return false;
        await withTimeout(BROKER_TIMEOUT_MS, declareConsumerTopology(channel, this.subscription)).catch(
          () => undefined,
        );
      }
    }
  }
}

interface SettlementContext {
  readonly queue: string;
  readonly attempt: number;
  readonly since: number;
  publish(queue: string, note: RetryMetadata): Promise<boolean>;
}

/** Whether this delivery of it is over. */
async function applyDisposition(
  verdict: MessageDisposition,
  { queue, attempt, since, publish }: SettlementContext,
): Promise<boolean> {
  if (verdict.is === 'again') {
    const next = verdict.counts ? attempt + 1 : attempt;
    return publish(retryQueueName(queue), { attempt: next, since, expiresAfterMs: Math.round(verdict.afterMs) });
  }
  if (verdict.is === 'dead') {
    const { reason, detail } = verdict;
    return publish(deadLetterQueueName(queue), { attempt, since, reason, detail, deadAt: new Date().toISOString() });
  }
  return verdict.is === 'done';
}

function waitForChannelLoss(channel: ConfirmChannel): Promise<Error> {
  return new Promise((resolve) => {
    channel.on('error', resolve).on('close', () => resolve(new Error('channel closed')));
  });
}
