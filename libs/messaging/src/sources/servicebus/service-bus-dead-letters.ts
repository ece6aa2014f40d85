import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Connection, Delivery, EventContext, Message, Receiver, Sender } from 'rhea';
import { withTimeout } from '#platform/async';
import { openAmqpConnection, toAmqpError } from '../../publishers/servicebus/amqp-connection.js';
import { type DeadLetter, type DeadLetterQueueRef, DeadLetters } from '../dead-letters.js';
import { DeliverySettler } from './delivery-settler.js';
import { readMessageBody, subscriptionAddress, topicAddress } from './service-bus-addresses.js';

const CALL_TIMEOUT_MS = 5_000;
/** The queue counts as read when no message arrives for this time. */
const IDLE_TIMEOUT_MS = 1_000;
/** Per pass. */
const MAX_MESSAGES = 1_000;

interface ReceivedMessage {
  readonly message: Message;
  readonly delivery: Delivery;
}

/**
 * Reads the dead-letter queue of a subscription, 1,000 messages at a time. The id is the `message-id`. A replay goes to the
 * topic, and therefore to all its subscriptions; the policy needs *Send* on the topic. With duplicate detection, the bus
 * drops a replay within the detection window.
 */
export class ServiceBusDeadLetters extends DeadLetters {
  constructor(private readonly url: string) {
    super();
  }

  async list(queueRef: DeadLetterQueueRef): Promise<readonly DeadLetter[]> {
    const letters: DeadLetter[] = [];
    await this.#forEachMessage(queueRef, async ({ message }) => {
      letters.push(toDeadLetter(message));
      return false;
    });
    return letters;
  }

  replay(queueRef: DeadLetterQueueRef, matches: (letter: DeadLetter) => boolean): Promise<number> {
    let sender: Sender | undefined;
    return this.#forEachMessage(queueRef, async ({ message }, connection) => {
      if (!matches(toDeadLetter(message))) return false;
      sender ??= await openSender(connection, topicAddress(new URL(this.url), queueRef.arrival));
      await sendAndConfirm(sender, toOriginalMessage(message));
      return true;
    });
  }

  drop(queueRef: DeadLetterQueueRef, matches: (letter: DeadLetter) => boolean): Promise<number> {
    return this.#forEachMessage(queueRef, async ({ message }) => matches(toDeadLetter(message)));
  }

  async close(): Promise<void> {}

  /** Visits each current message once and removes it if `take` returns true. Returns the number removed. */
  async #forEachMessage(
    queueRef: DeadLetterQueueRef,
    take: (received: ReceivedMessage, connection: Connection) => Promise<boolean>,
  ): Promise<number> {
    const url = new URL(this.url);
    const connection = await openAmqpConnection(url, 'dead letters');
    const remaining: ReceivedMessage[] = [];
    const settler = new DeliverySettler();
    try {
      const receiver = await receiveAvailable(
        connection,
        `${subscriptionAddress(url, queueRef)}/$deadletterqueue`,
        remaining,
      );
      let count = 0;
      while (remaining.length > 0) {
        const [received] = remaining as [ReceivedMessage];
        const isTaken = await take(received, connection);
        remaining.shift();
        await settler.settle(() => (isTaken ? received.delivery.accept() : received.delivery.release()));
        count += isTaken ? 1 : 0;
      }
      await closeReceiver(receiver);
      return count;
    } finally {
      for (const { delivery } of remaining) await settler.settle(() => delivery.release());
      connection.close();
    }
  }
}

/** Receives the current messages and then drains the credit, so that released messages do not arrive again. */
async function receiveAvailable(connection: Connection, address: string, all: ReceivedMessage[]): Promise<Receiver> {
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

/** Waits for the receiver to close. Closing the connection at once could lose the last outcomes. */
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

/** @throws Error if the link closes or the message gets another outcome */
async function waitForEvent(link: Receiver | Sender, name: string, failures: readonly string[] = []): Promise<void> {
  const abortController = new AbortController();
  const { signal } = abortController;
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
    abortController.abort();
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

/** The message as its sender wrote it, without the properties that the bus added. */
function toOriginalMessage({ message_id, group_id, subject, content_type, body, ...message }: Message): Message {
  const properties = Object.entries(message.application_properties ?? {}).filter(
    ([name]) => !name.startsWith('DeadLetter'),
  );
  const named = { message_id, group_id, subject, content_type };
  const given = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
  return { ...given, durable: true, body, application_properties: Object.fromEntries(properties) } as Message;
}
