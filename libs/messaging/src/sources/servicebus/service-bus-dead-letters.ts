import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Connection, Delivery, EventContext, Message, Receiver, Sender } from 'rhea';
import { withTimeout } from '#platform/async';
import { openAmqpConnection, toAmqpError } from '../../publishers/servicebus/amqp-connection.js';
import { type DeadLetter, type DeadLetterQueueRef, DeadLetters } from '../dead-letters.js';
import { DeliverySettler } from './delivery-settler.js';
import { readMessageBody, subscriptionAddress, topicAddress } from './service-bus-addresses.js';

const CALL_TIMEOUT_MS = 5_000;
/** When nothing has come for so long, all that is there has. */
const IDLE_TIMEOUT_MS = 1_000;
/** At a time. */
const MAX_MESSAGES = 1_000;

interface HeldMessage {
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

  async list(place: DeadLetterQueueRef): Promise<readonly DeadLetter[]> {
    const letters: DeadLetter[] = [];
    await this.#forEachMessage(place, async ({ message }) => {
      letters.push(toDeadLetter(message));
      return false;
    });
    return letters;
  }

  replay(place: DeadLetterQueueRef, wanted: (letter: DeadLetter) => boolean): Promise<number> {
    let sender: Sender | undefined;
    return this.#forEachMessage(place, async ({ message }, connection) => {
      if (!wanted(toDeadLetter(message))) return false;
      sender ??= await openSender(connection, topicAddress(new URL(this.url), place.arrival));
      await sendAndConfirm(sender, toOriginalMessage(message));
      return true;
    });
  }

  drop(place: DeadLetterQueueRef, wanted: (letter: DeadLetter) => boolean): Promise<number> {
    return this.#forEachMessage(place, async ({ message }) => wanted(toDeadLetter(message)));
  }

  async close(): Promise<void> {}

  /** Each message that is there now, once; how many were taken away. What is not is given back. */
  async #forEachMessage(
    place: DeadLetterQueueRef,
    take: (held: HeldMessage, connection: Connection) => Promise<boolean>,
  ): Promise<number> {
    const url = new URL(this.url);
    const connection = await openAmqpConnection(url, 'dead letters');
    const all: HeldMessage[] = [];
    const settling = new DeliverySettler();
    try {
      const receiver = await receiveAvailable(connection, `${subscriptionAddress(url, place)}/$deadletterqueue`, all);
      let count = 0;
      while (all.length > 0) {
        const [held] = all as [HeldMessage];
        const isTaken = await take(held, connection);
        all.shift();
        await settling.settle(() => (isTaken ? held.delivery.accept() : held.delivery.release()));
        count += isTaken ? 1 : 0;
      }
      await closeReceiver(receiver);
      return count;
    } finally {
      for (const { delivery } of all) await settling.settle(() => delivery.release());
      connection.close();
    }
  }
}

/** Takes what is there, and asks for no more: what is given back must not come again. */
async function receiveAvailable(connection: Connection, address: string, all: HeldMessage[]): Promise<Receiver> {
  const receiver = connection.open_receiver({ source: { address }, autoaccept: false, credit_window: 0 });
  receiver.on('message', ({ message, delivery }: EventContext) => {
    if (message && delivery) all.push({ message, delivery });
  });
  await withTimeout(CALL_TIMEOUT_MS, waitForEvent(receiver, 'receiver_open'));
  receiver.add_credit(MAX_MESSAGES);
  for (let before = -1; before < all.length && all.length < MAX_MESSAGES; await pause(IDLE_TIMEOUT_MS))
    before = all.length;
  if (all.length >= MAX_MESSAGES) return receiver;
  const drained = waitForEvent(receiver, 'receiver_drained');
  receiver.drain_credit();
  await withTimeout(CALL_TIMEOUT_MS, drained);
  return receiver;
}

/** A connection that is closed at once may take its last words with it. */
async function closeReceiver(receiver: Receiver): Promise<void> {
  const closed = once(receiver, 'receiver_close');
  receiver.close();
  await withTimeout(CALL_TIMEOUT_MS, closed);
}

async function openSender(connection: Connection, address: string): Promise<Sender> {
  const sender = connection.open_sender({ target: { address } });
  await withTimeout(CALL_TIMEOUT_MS, waitForEvent(sender, 'sendable'));
  return sender;
}

async function sendAndConfirm(sender: Sender, message: Message): Promise<void> {
  const answer = waitForEvent(sender, 'accepted', ['rejected', 'released', 'modified']);
  sender.send(message);
  await withTimeout(CALL_TIMEOUT_MS, answer);
}

/** @throws Error when the link is closed instead, or the message is answered otherwise */
async function waitForEvent(link: Receiver | Sender, name: string, failures: readonly string[] = []): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  const failed = [...failures, 'receiver_close', 'sender_close'];
  try {
    await Promise.race([
      once(link, name, { signal }),
      ...failed.map(async (failure) => {
        await once(link, failure, { signal });
        throw toAmqpError(link.error, failure);
      }),
    ]);
  } finally {
    over.abort();
  }
}

function toDeadLetter(message: Message): DeadLetter {
  const properties: Readonly<Record<string, unknown>> = message.application_properties ?? {};
  return {
    id: String(message.message_id ?? ''),
    reason: String(properties['DeadLetterReason'] ?? 'unknown'),
    detail: String(properties['DeadLetterErrorDescription'] ?? ''),
    deadAt: '',
    body: Buffer.from(readMessageBody(message.body)),
  };
}

/** What its sender said, without what the bus has noted on it. */
function toOriginalMessage({ message_id, group_id, subject, content_type, body, ...message }: Message): Message {
  const properties = Object.entries(message.application_properties ?? {}).filter(
    ([name]) => !name.startsWith('DeadLetter'),
  );
  const named = { message_id, group_id, subject, content_type };
  const given = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
  return { ...given, durable: true, body, application_properties: Object.fromEntries(properties) } as Message;
}
