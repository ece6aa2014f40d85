import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Connection, Delivery, EventContext, Message, Receiver, Sender } from 'rhea';
import { within } from '#platform/async';
import { connectAmqp, faultOf } from '../../publishers/servicebus/amqp-connection.js';
import { type DeadLetter, type DeadLetterPlace, DeadLetters } from '../dead-letters.js';
import { bodyOf, subscriptionOf, topicOf } from './service-bus-places.js';
import { Settling } from './settling.js';

const CALL_MS = 5_000;
/** When nothing has come for so long, all that is there has. */
const QUIET_MS = 1_000;
/** At a time. */
const MOST = 1_000;

interface Held {
  readonly message: Message;
  readonly delivery: Delivery;
}

/**
 * What lies in the dead-letter queue of a subscription, a thousand at a time. The id is the `message-id`. A replay goes to the
 * topic, so to all of its subscriptions; the policy has to have *Send* on it. With duplicate detection the bus drops what it
 * has seen within its window.
 */
export class ServiceBusDeadLetters extends DeadLetters {
  constructor(private readonly url: string) {
    super();
  }

  async list(place: DeadLetterPlace): Promise<readonly DeadLetter[]> {
    const letters: DeadLetter[] = [];
    await this.#walk(place, async ({ message }) => {
      letters.push(letterOf(message));
      return false;
    });
    return letters;
  }

  replay(place: DeadLetterPlace, wanted: (letter: DeadLetter) => boolean): Promise<number> {
    let sender: Sender | undefined;
    return this.#walk(place, async ({ message }, connection) => {
      if (!wanted(letterOf(message))) return false;
      sender ??= await opened(connection, topicOf(new URL(this.url), place.arrival));
      await taken(sender, asItCame(message));
      return true;
    });
  }

  drop(place: DeadLetterPlace, wanted: (letter: DeadLetter) => boolean): Promise<number> {
    return this.#walk(place, async ({ message }) => wanted(letterOf(message)));
  }

  async close(): Promise<void> {}

  /** Each message that is there now, once; how many were taken away. What is not is given back. */
  async #walk(place: DeadLetterPlace, take: (held: Held, connection: Connection) => Promise<boolean>): Promise<number> {
    const url = new URL(this.url);
    const connection = await connectAmqp(url, 'dead letters');
    const all: Held[] = [];
    const settling = new Settling();
    try {
      const receiver = await hold(connection, `${subscriptionOf(url, place)}/$deadletterqueue`, all);
      let count = 0;
      while (all.length > 0) {
        const [held] = all as [Held];
        const isTaken = await take(held, connection);
        all.shift();
        await settling.settle(() => (isTaken ? held.delivery.accept() : held.delivery.release()));
        count += isTaken ? 1 : 0;
      }
      await finished(receiver);
      return count;
    } finally {
      for (const { delivery } of all) await settling.settle(() => delivery.release());
      connection.close();
    }
  }
}

/** Takes what is there, and asks for no more: what is given back must not come again. */
async function hold(connection: Connection, address: string, all: Held[]): Promise<Receiver> {
  const receiver = connection.open_receiver({ source: { address }, autoaccept: false, credit_window: 0 });
  receiver.on('message', ({ message, delivery }: EventContext) => {
    if (message && delivery) all.push({ message, delivery });
  });
  await within(CALL_MS, event(receiver, 'receiver_open'));
  receiver.add_credit(MOST);
  for (let before = -1; before < all.length && all.length < MOST; await pause(QUIET_MS)) before = all.length;
  if (all.length >= MOST) return receiver;
  const drained = event(receiver, 'receiver_drained');
  receiver.drain_credit();
  await within(CALL_MS, drained);
  return receiver;
}

/** A connection that is closed at once may take its last words with it. */
async function finished(receiver: Receiver): Promise<void> {
  const closed = once(receiver, 'receiver_close');
  receiver.close();
  await within(CALL_MS, closed);
}

async function opened(connection: Connection, address: string): Promise<Sender> {
  const sender = connection.open_sender({ target: { address } });
  await within(CALL_MS, event(sender, 'sendable'));
  return sender;
}

async function taken(sender: Sender, message: Message): Promise<void> {
  const answer = event(sender, 'accepted', ['rejected', 'released', 'modified']);
  sender.send(message);
  await within(CALL_MS, answer);
}

/** @throws Error when the link is closed instead, or the message is answered otherwise */
async function event(link: Receiver | Sender, name: string, failures: readonly string[] = []): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  const failed = [...failures, 'receiver_close', 'sender_close'];
  try {
    await Promise.race([
      once(link, name, { signal }),
      ...failed.map(async (failure) => {
        await once(link, failure, { signal });
        throw faultOf(link.error, failure);
      }),
    ]);
  } finally {
    over.abort();
  }
}

function letterOf(message: Message): DeadLetter {
  const notes: Readonly<Record<string, unknown>> = message.application_properties ?? {};
  return {
    id: String(message.message_id ?? ''),
    reason: String(notes['DeadLetterReason'] ?? 'unknown'),
    detail: String(notes['DeadLetterErrorDescription'] ?? ''),
    deadAt: '',
    body: Buffer.from(bodyOf(message.body)),
  };
}

/** What its sender said, without what the bus has noted on it. */
function asItCame({ message_id, group_id, subject, content_type, body, ...message }: Message): Message {
  const notes = Object.entries(message.application_properties ?? {}).filter(([name]) => !name.startsWith('DeadLetter'));
  const named = { message_id, group_id, subject, content_type };
  const given = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
  return { ...given, durable: true, body, application_properties: Object.fromEntries(notes) } as Message;
}
