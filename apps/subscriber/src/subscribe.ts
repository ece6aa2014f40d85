import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { type Channel, type ChannelModel, type ConsumeMessage, connect } from 'amqplib';
import { declareQueue } from './declare-queue.js';

const CONNECT_TIMEOUT_MS = 5_000;
const RESPONSE_TIMEOUT_MS = 5_000;
const HEARTBEAT_SECONDS = 10;
const MIN_RECONNECT_DELAY_MS = 250;
const MAX_RECONNECT_DELAY_MS = 30_000;
const STOPPED = new Error('stopped');

export interface Subscription {
  readonly url: string;
  readonly queue: string;
  readonly patterns: readonly string[];
  readonly prefetch: number;
  /** A message is acknowledged when this has resolved, and goes to the dead letters when it rejects. */
  readonly handle: (message: ConsumeMessage) => Promise<void>;
  /** Told about the connection. */
  readonly reportStatus: (words: string) => void;
}

/** Hears events until the signal stops it, and comes back whenever the broker does. */
export async function subscribe(subscription: Subscription, stop: AbortSignal): Promise<void> {
  const stopped = once(stop, 'abort').then(() => STOPPED);
  let failures = 0;
  while (!stop.aborted) {
    const reason = await consumeUntilDisconnected(subscription, stopped, () => {
      failures = 0;
    }).catch((error: unknown) => error as Error);
    if (stop.aborted) return;
    const milliseconds = reconnectDelayMs(failures++);
    subscription.reportStatus(
      `not connected to ${hostOf(subscription.url)}: ${errorMessageOf(reason)}; trying again in ${milliseconds} ms`,
    );
    await pause(milliseconds, undefined, { signal: stop }).catch(() => undefined);
  }
}

/** Subscribers that lost the same broker do not come back at the same moment. */
const reconnectDelayMs = (failures: number): number =>
  randomInt(1, Math.min(MAX_RECONNECT_DELAY_MS, MIN_RECONNECT_DELAY_MS * 2 ** Math.min(failures, 10)));

/** One connection, from opening it until it is lost or no longer wanted. */
async function consumeUntilDisconnected(
  subscription: Subscription,
  stopped: Promise<Error>,
  onConnected: () => void,
): Promise<Error> {
  const connection = await openConnection(subscription.url);
  try {
    const channel = await withTimeout(RESPONSE_TIMEOUT_MS, connection.createChannel());
    const connectionLost = waitForConnectionLoss(connection, channel);
    await withTimeout(RESPONSE_TIMEOUT_MS, channel.prefetch(subscription.prefetch));
    await withTimeout(RESPONSE_TIMEOUT_MS, declareQueue(channel, subscription.queue, subscription.patterns));
    const consumer = consume(channel, subscription);
    const { consumerTag } = await withTimeout(RESPONSE_TIMEOUT_MS, consumer.tag);
    subscription.reportStatus(
      `listening on ${hostOf(subscription.url)} for ${subscription.patterns.join(', ')} (queue ${subscription.queue})`,
    );
    onConnected();
    const reason = await Promise.race([connectionLost, consumer.cancelled, stopped]);
    if (reason === STOPPED) await withTimeout(RESPONSE_TIMEOUT_MS, channel.cancel(consumerTag));
    await consumer.settled();
    return reason;
  } finally {
    await withTimeout(RESPONSE_TIMEOUT_MS, connection.close()).catch(() => undefined);
  }
}

async function openConnection(url: string): Promise<ChannelModel> {
  const address = new URL(url);
  address.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
  const clientProperties = { connection_name: 'foyer subscriber' };
  const connection = await connect(address.href, { timeout: CONNECT_TIMEOUT_MS, clientProperties });
  connection.on('error', () => undefined); // told by `lossOf`; unheard, it would end the process
  return connection;
}

/** Messages are handled one after the other, so that they are told in their order. */
function consume(channel: Channel, { queue, handle }: Subscription) {
  let last = Promise.resolve();
  let cancel: (reason: Error) => void;
  const cancelled = new Promise<Error>((resolve) => {
    cancel = resolve;
  });
  const tag = channel.consume(queue, (message) => {
    if (message === null) return cancel(new Error('the broker ended the subscription'));
    last = last
      .then(() => handle(message))
      .then(
        () => ignoreClosedChannel(() => channel.ack(message)),
        () => ignoreClosedChannel(() => channel.nack(message, false, false)),
      );
  });
  return { tag, cancelled, settled: () => last };
}

/** On a channel that is gone there is nothing to answer: the message comes again. */
function ignoreClosedChannel(send: () => void): void {
  try {
    send();
  } catch {
    // the loss is told by `lossOf`
  }
}

function waitForConnectionLoss(connection: ChannelModel, channel: Channel): Promise<Error> {
  return new Promise((resolve) => {
    for (const source of [connection, channel]) {
      source.on('error', resolve);
      source.on('close', () => resolve(new Error('connection closed')));
    }
  });
}

async function withTimeout<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const tooLate = pause(milliseconds, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`no answer within ${milliseconds} ms`);
  });
  return Promise.race([work, tooLate]).finally(() => timer.abort());
}

const hostOf = (url: string): string => new URL(url).host || 'the broker';
const errorMessageOf = ({ message, code }: Error & { code?: unknown }): string =>
  message || String(code ?? 'no reason given');
