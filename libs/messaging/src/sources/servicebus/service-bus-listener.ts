import type { Connection, Delivery, EventContext, Message, Receiver } from 'rhea';
import { withTimeout } from '#platform/async';
import { type Log } from '#platform/observability';
import { openAmqpConnection, toAmqpError } from '../../publishers/servicebus/amqp-connection.js';
import { SHUTDOWN_TIMEOUT_MS, type Subscription } from '../event-source.js';
import { RedeliveryLoop } from '../redelivery-loop.js';
import { STOPPED, SubscriptionListener } from '../subscription-listener.js';
import { DeliverySettler } from './delivery-settler.js';
import { readMessageBody, subscriptionAddress } from './service-bus-addresses.js';

const OPEN_TIMEOUT_MS = 5_000;
/** Messages being handled or waiting for a retry. */
const MAX_HELD_MESSAGES = 100;

export class ServiceBusListener extends SubscriptionListener {
  readonly #settler = new DeliverySettler();
  readonly #redeliveryLoop: RedeliveryLoop;
  #deadLetterCount = 0;

  constructor(
    private readonly url: URL,
    subscription: Subscription,
    log: Log,
  ) {
    super(subscription, log);
    this.#redeliveryLoop = new RedeliveryLoop(subscription, this.stopped);
  }

  get deadLetterCount(): number {
    return this.#deadLetterCount;
  }

  /** Runs one connection until it is lost or the listener stops. */
  protected override async listenOnce(): Promise<Error> {
    const connection = await openAmqpConnection(this.url, 'subscriber');
    try {
      const address = subscriptionAddress(this.url, this.subscription);
      const receiver = connection.open_receiver({ source: { address }, autoaccept: false, credit_window: 0 });
      const connectionLost = waitForConnectionLoss(connection, receiver);
      receiver.on('message', (context: EventContext) => void this.#onMessage(receiver, context));
      const opened = new Promise<void>((resolve) => receiver.once('receiver_open', () => resolve()));
      const failed = await withTimeout(OPEN_TIMEOUT_MS, Promise.race([opened, connectionLost]));
      if (failed) return failed;
      receiver.add_credit(MAX_HELD_MESSAGES);
      const reason = await Promise.race([connectionLost, this.stopped.fired.then(() => STOPPED)]);
      if (reason === STOPPED)
        await withTimeout(SHUTDOWN_TIMEOUT_MS, this.#redeliveryLoop.waitUntilIdle()).catch(() => undefined);
      return reason;
    } finally {
      await this.#settler.waitUntilSettled();
      // The broker requeues unsettled messages when the connection closes.
      connection.close();
    }
  }

  async #onMessage(receiver: Receiver, { message, delivery }: EventContext): Promise<void> {
    if (!message || !delivery) return;
    if (typeof message.subject === 'string' && !this.subscription.types.includes(message.subject))
      await this.#settler.settle(() => delivery.accept());
    else await this.#handle(message, delivery);
    if (receiver.is_open() && !this.stopped.hasFired) receiver.add_credit(1);
  }

  async #handle(message: Message, delivery: Delivery): Promise<void> {
    const enqueued: unknown = message.message_annotations?.['x-opt-enqueued-time'];
    const since = enqueued instanceof Date ? enqueued.getTime() : Date.now();
    const disposition = await this.#redeliveryLoop.deliver(readMessageBody(message.body), since);
    await this.#settler.settle(() => {
      if (disposition.is === 'done') return delivery.accept();
      if (disposition.is === 'release') return delivery.release();
      const info = { DeadLetterReason: disposition.reason, DeadLetterErrorDescription: disposition.detail };
      delivery.reject({ condition: 'com.microsoft:dead-letter', description: disposition.reason, info });
      this.#deadLetterCount++;
    });
  }
}

function waitForConnectionLoss(connection: Connection, receiver: Receiver): Promise<Error> {
  return new Promise((resolve) => {
    receiver.on('receiver_close', () => resolve(toAmqpError(receiver.error, 'the link was closed')));
    connection.on('connection_close', () => resolve(toAmqpError(connection.error, 'the connection was closed')));
    connection.on('disconnected', ({ error }) => resolve(toAmqpError(error, 'the connection was cut')));
  });
}
