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

/** Listens to one queue on a separate channel. */
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

  /** Runs one channel until it is lost or the listener stops. */
  protected override async listenOnce(): Promise<Error> {
    const channel = await this.connection.openChannel();
    try {
      const lost = waitForChannelLoss(channel);
      await withTimeout(BROKER_TIMEOUT_MS, declareConsumerTopology(channel, this.subscription));
      await withTimeout(BROKER_TIMEOUT_MS, channel.prefetch(MAX_IN_FLIGHT));
      const cancelled = new OneShotSignal();
      const onMessage = (message: ConsumeMessage | null): void =>
        message ? this.#startHandling(channel, message) : cancelled.fire();
      const { consumerTag } = await withTimeout(BROKER_TIMEOUT_MS, channel.consume(this.subscription.queue, onMessage));
      const ended = cancelled.fired.then(() => new Error('the broker ended the subscription'));
      const reason = await Promise.race([lost, ended, this.stopped.fired.then(() => STOPPED)]);
      if (reason === STOPPED) await this.#drain(channel, consumerTag);
      return reason;
    } finally {
      // The broker requeues unacknowledged messages when the channel closes.
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
    const disposition = await this.subscription
      .handle({ body: message.content, attempt, since })
      .catch(() => DEFAULT_RETRY);
    const publish = (queue: string, metadata: RetryMetadata) =>
      this.#publishUntilStopped(channel, queue, message, metadata);
    // An immediate release would redeliver the message to this process.
    if (disposition.is === 'release') await this.stopped.fired;
    const settled = await applyDisposition(disposition, { queue: this.subscription.queue, attempt, since, publish });
    try {
      if (settled) channel.ack(message);
      else channel.nack(message);
    } catch {
      // The channel is lost. The broker redelivers the message.
    }
  }

  /** Retries until the broker has confirmed the copy. Returns false if the listener stops first. */
  async #publishUntilStopped(
    channel: Channel,
    queue: string,
    message: ConsumeMessage,
    metadata: RetryMetadata,
  ): Promise<boolean> {
    for (let failures = 0; ; failures++) {
      try {
        await this.retryPublisher.publish(queue, message, metadata);
        return true;
      } catch (error) {
        this.log.warn(
          { queue, reason: (error as Error).message },
          'cannot move a message to the retry or dead-letter queue',
        );
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
  publish(queue: string, metadata: RetryMetadata): Promise<boolean>;
}

/** Returns whether the delivery can be acknowledged. */
async function applyDisposition(
  disposition: MessageDisposition,
  { queue, attempt, since, publish }: SettlementContext,
): Promise<boolean> {
  if (disposition.is === 'again') {
    const next = disposition.counts ? attempt + 1 : attempt;
    return publish(retryQueueName(queue), { attempt: next, since, expiresAfterMs: Math.round(disposition.afterMs) });
  }
  if (disposition.is === 'dead') {
    const { reason, detail } = disposition;
    return publish(deadLetterQueueName(queue), { attempt, since, reason, detail, deadAt: new Date().toISOString() });
  }
  return disposition.is === 'done';
}

function waitForChannelLoss(channel: ConfirmChannel): Promise<Error> {
  return new Promise((resolve) => {
    channel.on('error', resolve).on('close', () => resolve(new Error('channel closed')));
  });
}
