import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib';
import { within } from '#platform/async';

const CONNECT_MS = 5_000;
const HEARTBEAT_S = 10;
/** Every answer of the broker has an end. */
export const ANSWER_MS = 5_000;

/** One connection, opened when a channel is needed, and again when it was lost. */
export class RabbitMqLink {
  #connection: Promise<ChannelModel> | undefined;
  #closed = false;

  constructor(
    private readonly url: string,
    private readonly purpose: string,
  ) {}

  async channel(): Promise<ConfirmChannel> {
    if (this.#closed) throw new Error('closed');
    this.#connection ??= this.#connect();
    const opening = this.#connection;
    try {
      const connection = await opening;
      return await within(ANSWER_MS, connection.createConfirmChannel());
    } catch (error) {
      await this.#leave(opening);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#connection) await this.#leave(this.#connection);
  }

  async #connect(): Promise<ChannelModel> {
    const { connect } = await import('amqplib');
    const url = new URL(this.url);
    url.searchParams.set('heartbeat', String(HEARTBEAT_S));
    const clientProperties = { connection_name: `foyer ${this.purpose}` };
    const opened = connect(url.href, { timeout: CONNECT_MS, clientProperties });
    const connection = await within(CONNECT_MS, opened);
    const own = this.#connection;
    const forget = (): void => {
      if (this.#connection === own) this.#connection = undefined;
    };
    connection.on('error', forget).on('close', forget);
    return connection;
  }

  async #leave(opening: Promise<ChannelModel>): Promise<void> {
    if (this.#connection === opening) this.#connection = undefined;
    await within(
      ANSWER_MS,
      opening.then((connection) => connection.close()),
    ).catch(() => undefined);
  }
}

/** Whatever state it is in. */
export const leave = (channel: Channel): Promise<void> =>
  within(
    ANSWER_MS,
    Promise.resolve().then(() => channel.close()),
  ).catch(() => undefined);
