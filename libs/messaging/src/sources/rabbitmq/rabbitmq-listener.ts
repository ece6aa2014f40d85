import type { Channel, ConfirmChannel, ConsumeMessage } from 'amqplib';
import { within } from '#platform/async';
import { type Log } from '#platform/observability';
import { Bell } from '../bell.js';
import { AGAIN, FINISH_MS, IN_FLIGHT, type Subscription, type Verdict } from '../event-source.js';
import { fullJitter, Listener, STOPPED } from '../listener.js';
import { deadQueueOf, declareIncoming, retryQueueOf } from './incoming-topology.js';
import type { LaidAside } from './laid-aside.js';
import { type Note, readNotes } from './notes.js';
import { ANSWER_MS, leave, type RabbitMqLink } from './rabbitmq-link.js';

/** A subscription has a channel of its own. */
export class RabbitMqListener extends Listener {
  readonly #handling = new Set<Promise<void>>();

  constructor(
    private readonly link: RabbitMqLink,
    private readonly aside: LaidAside,
    subscription: Subscription,
    log: Log,
  ) {
    super(subscription, log);
  }

  /** One channel, from opening it until it is lost or no longer wanted. */
  protected override async listen(): Promise<Error> {
    const channel = await this.link.channel();
    try {
      const lost = lossOf(channel);
      await within(ANSWER_MS, declareIncoming(channel, this.subscription));
      await within(ANSWER_MS, channel.prefetch(IN_FLIGHT));
      const cancelled = new Bell();
      const take = (message: ConsumeMessage | null): void =>
        message ? this.#take(channel, message) : cancelled.ring();
      const { consumerTag } = await within(ANSWER_MS, channel.consume(this.subscription.queue, take));
      const ended = cancelled.heard.then(() => new Error('the broker ended the subscription'));
      const reason = await Promise.race([lost, ended, this.stopped.heard.then(() => STOPPED)]);
      if (reason === STOPPED) await this.#finish(channel, consumerTag);
      return reason;
    } finally {
      // What no verdict was given on goes back to the queue with the channel.
      await leave(channel);
    }
  }

  async #finish(channel: Channel, consumerTag: string): Promise<void> {
    await within(ANSWER_MS, channel.cancel(consumerTag)).catch(() => undefined);
    await within(FINISH_MS, Promise.all(this.#handling)).catch(() => undefined);
  }

  #take(channel: ConfirmChannel, message: ConsumeMessage): void {
    const work = this.#judge(channel, message).finally(() => this.#handling.delete(work));
    this.#handling.add(work);
  }

  async #judge(channel: Channel, message: ConsumeMessage): Promise<void> {
    const { attempt = 1, since = Date.now() } = readNotes(message.properties.headers);
    const verdict = await this.subscription.handle({ body: message.content, attempt, since }).catch(() => AGAIN);
    const put = (queue: string, note: Note) => this.#putAside(channel, queue, message, note);
    // At once it would be handed straight back to us.
    if (verdict.is === 'release') await this.stopped.heard;
    const settled = await settle(verdict, { queue: this.subscription.queue, attempt, since, put });
    try {
      if (settled) channel.ack(message);
      else channel.nack(message);
    } catch {
      // The channel is lost, and with it the message: it is handed over again.
    }
  }

  /** The message is held until the broker has taken the other one. False when that was given up. */
  async #putAside(channel: Channel, queue: string, message: ConsumeMessage, note: Note): Promise<boolean> {
    for (let failures = 0; ; failures++) {
      try {
        await this.aside.put(queue, message, note);
        return true;
      } catch (error) {
        this.log.warn({ queue, reason: (error as Error).message }, 'a message cannot be laid aside');
        await this.stopped.within(fullJitter(failures));
        if (this.stopped.rung) return false;
        await within(ANSWER_MS, declareIncoming(channel, this.subscription)).catch(() => undefined);
      }
    }
  }
}

interface Laying {
  readonly queue: string;
  readonly attempt: number;
  readonly since: number;
  put(queue: string, note: Note): Promise<boolean>;
}

/** Whether this delivery of it is over. */
async function settle(verdict: Verdict, { queue, attempt, since, put }: Laying): Promise<boolean> {
  if (verdict.is === 'again') {
    const next = verdict.counts ? attempt + 1 : attempt;
    return put(retryQueueOf(queue), { attempt: next, since, expiresAfterMs: Math.round(verdict.afterMs) });
  }
  if (verdict.is === 'dead') {
    const { reason, detail } = verdict;
    return put(deadQueueOf(queue), { attempt, since, reason, detail, deadAt: new Date().toISOString() });
  }
  return verdict.is === 'done';
}

function lossOf(channel: ConfirmChannel): Promise<Error> {
  return new Promise((resolve) => {
    channel.on('error', resolve).on('close', () => resolve(new Error('channel closed')));
  });
}
