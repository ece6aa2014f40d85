import { randomUUID } from 'node:crypto';
import type { ConfirmChannel, GetMessage, Message, Options } from 'amqplib';
import { withTimeout } from '#platform/async';
import { BROKER_TIMEOUT_MS, closeChannel, type RabbitMqConnection } from './rabbitmq-connection.js';
import { PUBLISH_ID_HEADER, type RetryMetadata, stripRetryHeaders, toRetryHeaders } from './retry-headers.js';

type RepublishableMessage = Pick<GetMessage, 'content' | 'properties'>;

/**
 * Publishes a message to a queue, unchanged and with its own id. Uses a separate connection: a broker that blocks publishers
 * would otherwise also block acknowledgements.
 */
export class RetryQueuePublisher {
  readonly #returnedPublishIds = new Set<string>();
  #channel: Promise<ConfirmChannel> | undefined;

  constructor(private readonly connection: RabbitMqConnection) {}

  /** Resolves when the broker has confirmed the message. After a late confirm, the message is published twice, not lost. */
  async publish(queue: string, message: RepublishableMessage, metadata: RetryMetadata = {}): Promise<void> {
    this.#channel ??= this.#open();
    const opening = this.#channel;
    const publishId = randomUUID();
    try {
      const channel = await opening;
      await withTimeout(
        BROKER_TIMEOUT_MS,
        publishConfirmed(channel, queue, message.content, publishOptions(message, metadata, publishId)),
      );
      if (this.#returnedPublishIds.delete(publishId)) throw new Error(`the queue ${queue} does not exist`);
    } catch (error) {
      this.#discardChannel(opening);
      throw error;
    }
  }

  async #open(): Promise<ConfirmChannel> {
    const channel = await this.connection.openChannel();
    channel.on('error', () => undefined); // reported by `publish`
    channel.on('return', ({ properties }: Message) =>
      this.#returnedPublishIds.add(String(properties.headers?.[PUBLISH_ID_HEADER])),
    );
    return channel;
  }

  #discardChannel(opening: Promise<ConfirmChannel>): void {
    if (this.#channel === opening) this.#channel = undefined;
    void opening.then(closeChannel, () => undefined);
  }
}

function publishOptions(
  { properties }: RepublishableMessage,
  metadata: RetryMetadata,
  publishId: string,
): Options.Publish {
  const { contentType, contentEncoding, correlationId, messageId, timestamp, type, appId } = properties;
  const originalProperties = { contentType, contentEncoding, correlationId, messageId, timestamp, type, appId };
  const headers = {
    ...stripRetryHeaders(properties.headers),
    ...toRetryHeaders(metadata),
    [PUBLISH_ID_HEADER]: publishId,
  };
  const expiration = metadata.expiresAfterMs === undefined ? {} : { expiration: String(metadata.expiresAfterMs) };
  return { ...originalProperties, ...expiration, headers, persistent: true, mandatory: true };
}

function publishConfirmed(
  channel: ConfirmChannel,
  queue: string,
  body: Buffer,
  options: Options.Publish,
): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.publish('', queue, body, options, (error) => (error ? reject(error as Error) : resolve()));
  });
}
