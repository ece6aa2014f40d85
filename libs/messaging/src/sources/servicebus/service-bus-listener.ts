import type { Connection, Delivery, EventContext, Message, Receiver } from 'rhea';
import { within } from '#platform/async';
import { type Log } from '#platform/observability';
import { connectAmqp, faultOf } from '../../publishers/servicebus/amqp-connection.js';
import { Carrier } from '../carrier.js';
import { FINISH_MS, type Subscription } from '../event-source.js';
import { Listener, STOPPED } from '../listener.js';
import { bodyOf, subscriptionOf } from './service-bus-places.js';
import { Settling } from './settling.js';

const OPEN_MS = 5_000;
/** Messages that are handled or held for another try. */
const HELD = 100;

export class ServiceBusListener extends Listener {
  readonly #settling = new Settling();
  readonly #carrier: Carrier;
  #dead = 0;

  constructor(
    private readonly url: URL,
    subscription: Subscription,
    log: Log,
  ) {
    super(subscription, log);
    this.#carrier = new Carrier(subscription, this.stopped);
  }

  get dead(): number {
    return this.#dead;
  }

  /** One connection, from opening it until it is lost or no longer wanted. */
  protected override async listen(): Promise<Error> {
    const connection = await connectAmqp(this.url, 'subscriber');
    try {
      const address = subscriptionOf(this.url, this.subscription);
      const receiver = connection.open_receiver({ source: { address }, autoaccept: false, credit_window: 0 });
      const lost = lossOf(connection, receiver);
      receiver.on('message', (context: EventContext) => void this.#take(receiver, context));
      const opened = new Promise<void>((resolve) => receiver.once('receiver_open', () => resolve()));
      const failed = await within(OPEN_MS, Promise.race([opened, lost]));
      if (failed) return failed;
      receiver.add_credit(HELD);
      const reason = await Promise.race([lost, this.stopped.heard.then(() => STOPPED)]);
      if (reason === STOPPED) await within(FINISH_MS, this.#carrier.finished()).catch(() => undefined);
      return reason;
    } finally {
      await this.#settling.told();
      // What no verdict was given on goes back with the connection.
      connection.close();
    }
  }

  async #take(receiver: Receiver, { message, delivery }: EventContext): Promise<void> {
    if (!message || !delivery) return;
    if (typeof message.subject === 'string' && !this.subscription.types.includes(message.subject))
      await this.#settling.settle(() => delivery.accept());
    else await this.#judge(message, delivery);
    if (receiver.is_open() && !this.stopped.rung) receiver.add_credit(1);
  }

  async #judge(message: Message, delivery: Delivery): Promise<void> {
    const enqueued: unknown = message.message_annotations?.['x-opt-enqueued-time'];
    const since = enqueued instanceof Date ? enqueued.getTime() : Date.now();
    const verdict = await this.#carrier.carry(bodyOf(message.body), since);
    await this.#settling.settle(() => {
      if (verdict.is === 'done') return delivery.accept();
      if (verdict.is === 'release') return delivery.release();
      const info = { DeadLetterReason: verdict.reason, DeadLetterErrorDescription: verdict.detail };
      delivery.reject({ condition: 'com.microsoft:dead-letter', description: verdict.reason, info });
      this.#dead++;
    });
  }
}

function lossOf(connection: Connection, receiver: Receiver): Promise<Error> {
  return new Promise((resolve) => {
    receiver.on('receiver_close', () => resolve(faultOf(receiver.error, 'the link was closed')));
    connection.on('connection_close', () => resolve(faultOf(connection.error, 'the connection was closed')));
    connection.on('disconnected', ({ error }) => resolve(faultOf(error, 'the connection was cut')));
  });
}
