import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib';
import { withTimeout } from '#platform/async';

const CONNECT_TIMEOUT_MS = 5_000;
const HEARTBEAT_SECONDS = 10;
/** The timeout of every broker call. */
export const BROKER_TIMEOUT_MS = 5_000;

/** One connection. Opens when a channel is needed, and reopens after it was lost. */
export class RabbitMqConnection {
  #connection: Promise<ChannelModel> | undefined;
  #closed = false;

  constructor(
    private readonly url: string,
    private readonly purpose: string,
  ) {}

  async openChannel(): Promise<ConfirmChannel> {
    if (this.#closed) throw new Error('closed');
    this.#connection ??= this.#connect();
    const opening = this.#connection;
    try {
      const connection = await opening;
      return await withTimeout(BROKER_TIMEOUT_MS, connection.createConfirmChannel());
    } catch (error) {
      await this.#closeConnection(opening);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#connection) await this.#closeConnection(this.#connection);
  }

  async #connect(): Promise<ChannelModel> {
    const { connect } = await import('amqplib');
    const url = new URL(this.url);
    url.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
    const clientProperties = { connection_name: `foyer ${this.purpose}` };
    const opened = connect(url.href, { timeout: CONNECT_TIMEOUT_MS, clientProperties });
    const connection = await withTimeout(CONNECT_TIMEOUT_MS, opened);
    const own = this.#connection;
    const forget = (): void => {
      if (this.#connection === own) this.#connection = undefined;
    };
    connection.on('error', forget).on('close', forget);
    return connection;
  }

  async #closeConnection(opening: Promise<ChannelModel>): Promise<void> {
    if (this.#connection === opening) this.#connection = undefined;
    await withTimeout(
      BROKER_TIMEOUT_MS,
      opening.then((connection) => connection.close()),
    ).catch(() => undefined);
  }
}

/** Closes a channel in any state. Never rejects. */
export const closeChannel = (channel: Channel): Promise<void> =>
  withTimeout(
    BROKER_TIMEOUT_MS,
    Promise.resolve().then(() => channel.close()),
  ).catch(() => undefined);
