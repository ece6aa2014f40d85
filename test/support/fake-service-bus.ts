import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import rhea, { type Delivery, type EventContext, type Message, type Receiver, type Sender } from 'rhea';
import { AwaitableList } from './awaitable-list.js';
import { FaultScript } from './fault-script.js';

export interface ServiceBusBehaviour {
  /** What a message is answered with; it is not kept. */
  readonly outcome: 'rejected' | 'released' | 'silence';
  readonly condition: string;
}

/** A message as it lies in a queue. */
export interface QueuedMessage extends Message {
  delivery_count: number;
}

export interface ServiceBus {
  /** `amqp://` with a login and the queue in its path. */
  readonly url: string;
  readonly port: number;
  /** Every message that was accepted, in order. */
  readonly accepted: readonly Message[];
  /** `<topic>/Subscriptions/<name>`, of all that were ever read. */
  readonly subscriptions: readonly string[];
  queue(name: string): readonly QueuedMessage[];
  setBehaviour(behaviour: Partial<ServiceBusBehaviour>, times?: number): void;
  stop(): Promise<void>;
}

export const QUEUE = 'foyer.events';
const TOPICS = [QUEUE, 'foyer.inbound'];
const DEAD_LETTER_SUFFIX = '/$deadletterqueue';
const LOGIN = { name: 'foyer-send', key: 'k+/=y' };
/** Of Azure's standard tier. */
const MAX_MESSAGE_BYTES = 262_144;
const MAX_DELIVERIES = 10;
const NO_SUCH_ENTITY = { condition: 'amqp:not-found', description: 'no such entity' };

/**
 * A stand-in for Azure Service Bus in AMQP 1.0: topics with subscriptions, peek-lock, ten deliveries at most, a dead-letter queue, the size
 * limit of the standard tier, SASL PLAIN. No sessions, no duplicate detection, no schedule.
 */
export class FakeServiceBus implements ServiceBus {
  readonly #container = rhea.create_container({ id: 'service-bus' });
  readonly #received = new AwaitableList<Message>('message');
  readonly #script = new FaultScript<ServiceBusBehaviour>();
  readonly #queues = new Map<string, QueuedMessage[]>();
  readonly #readers = new Map<Sender, string>();
  readonly #locked = new Map<Delivery, { readonly message: QueuedMessage; readonly from: string }>();
  readonly #server: Server;

  private constructor() {
    this.#listen();
    this.#server = this.#container.listen({ port: 0, host: '127.0.0.1' }) as Server;
  }

  static async start(): Promise<FakeServiceBus> {
    const bus = new FakeServiceBus();
    await once(bus.#server, 'listening');
    return bus;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `amqp://${LOGIN.name}:${encodeURIComponent(LOGIN.key)}@127.0.0.1:${this.port}/${QUEUE}`;
  }

  get accepted(): readonly Message[] {
    return this.#received.items;
  }

  queue(name: string): readonly QueuedMessage[] {
    return this.#queues.get(name) ?? [];
  }

  setBehaviour(behaviour: Partial<ServiceBusBehaviour>, times?: number): void {
    this.#script.set(behaviour, times);
  }

  async stop(): Promise<void> {
    this.#server.close();
  }

  #listen(): void {
    const container = this.#container;
    container.sasl_server_mechanisms.enable_plain(
      (name: string, key: string) => name === LOGIN.name && key === LOGIN.key,
    );
    container.options = { ...container.options, require_sasl: true, receiver_options: { autoaccept: false } };
    container.on('error', () => {});
    container.on('connection_error', () => {});
    container.on('receiver_open', ({ receiver }: EventContext) => receiver && this.#acceptReceiver(receiver));
    container.on('sender_open', ({ sender }: EventContext) => sender && this.#acceptSender(sender));
    container.on('message', (context: EventContext) => this.#receive(context));
    container.on('sendable', ({ sender }: EventContext) => sender && this.#dispatch(this.#readers.get(sender)));
    container.on('sender_draining', ({ sender }: EventContext) => sender?.set_drained(true));
    container.on('sender_close', ({ sender }: EventContext) => sender && this.#readers.delete(sender));
    for (const end of ['disconnected', 'connection_close'])
      container.on(end, () => this.#releaseLocksOfClosedReaders());
    container.on('accepted', ({ delivery }: EventContext) => this.#settle(delivery, () => undefined));
    container.on('rejected', ({ delivery }: EventContext) =>
      this.#settle(delivery, (message, from) => this.#deadLetter(message, from, deadLetterInfoOf(delivery))),
    );
    const back = ({ delivery }: EventContext) =>
      this.#settle(delivery, (message, from) => this.#requeue(message, from));
    container.on('released', back);
    container.on('modified', back);
  }

  #acceptReceiver(receiver: Receiver): void {
    const { address } = receiver.target;
    if (!TOPICS.includes(address)) return void receiver.close(NO_SUCH_ENTITY);
    receiver.set_target({ address });
    (receiver as unknown as { local: { attach: object } }).local.attach = Object.assign(
      (receiver as unknown as { local: { attach: object } }).local.attach,
      { max_message_size: MAX_MESSAGE_BYTES },
    );
  }

  #acceptSender(sender: Sender): void {
    const { address } = sender.source;
    if (!TOPICS.includes(address.split('/Subscriptions/')[0] ?? '')) return void sender.close(NO_SUCH_ENTITY);
    if (!this.#queues.has(address)) this.#queues.set(address, []);
    sender.set_source({ address });
    this.#readers.set(sender, address);
    this.#dispatch(address);
  }

  #receive({ message, delivery, receiver }: EventContext): void {
    if (!message || !delivery) return;
    const { outcome, condition = 'amqp:internal-error' } = this.#script.next();
    if (outcome === 'silence') return;
    if (outcome === 'rejected') return void delivery.reject({ condition, description: 'as told' });
    if (outcome === 'released') return void delivery.release();
    this.#received.add(message);
    delivery.accept();
    this.deliver(receiver?.target.address ?? QUEUE, message);
  }

  /** Everybody who has subscribed to the topic gets it, and whoever reads it as a queue. */
  deliver(topic: string, message: Message): void {
    const annotated = { ...message, message_annotations: { 'x-opt-enqueued-time': new Date() } };
    const subscribed = this.subscriptions.filter((name) => name.startsWith(`${topic}/Subscriptions/`));
    for (const name of [topic, ...subscribed]) this.#enqueue(name, { ...annotated, delivery_count: 0 });
  }

  get subscriptions(): readonly string[] {
    return [...this.#queues.keys()].filter(
      (name) => name.includes('/Subscriptions/') && !name.endsWith(DEAD_LETTER_SUFFIX),
    );
  }

  #enqueue(name: string, message: QueuedMessage): void {
    this.#queues.set(name, [...this.queue(name), message]);
    this.#dispatch(name);
  }

  #dispatch(name: string | undefined): void {
    const queue = name === undefined ? undefined : this.#queues.get(name);
    if (name === undefined || queue === undefined) return;
    for (const [reader] of [...this.#readers].filter(([, from]) => from === name)) {
      while (queue.length > 0 && reader.sendable()) {
        const message = queue.shift();
        if (message) this.#locked.set(reader.send(message), { message, from: name });
      }
    }
  }

  #settle(delivery: Delivery | undefined, what: (message: QueuedMessage, from: string) => void): void {
    const held = delivery && this.#locked.get(delivery);
    if (delivery === undefined || held === undefined) return;
    this.#locked.delete(delivery);
    what(held.message, held.from);
  }

  #requeue(message: QueuedMessage, from: string): void {
    const again = { ...message, delivery_count: message.delivery_count + 1 };
    if (again.delivery_count >= MAX_DELIVERIES && !from.endsWith(DEAD_LETTER_SUFFIX)) this.#deadLetter(again, from);
    else this.#queues.set(from, [again, ...this.queue(from)]);
    setImmediate(() => this.#dispatch(from));
  }

  #deadLetter(message: QueuedMessage, from: string, info?: Readonly<Record<string, string>>): void {
    this.#enqueue(`${from}${DEAD_LETTER_SUFFIX}`, info ? { ...message, application_properties: info } : message);
  }

  /** What a reader held that has gone comes back. */
  #releaseLocksOfClosedReaders(): void {
    for (const reader of this.#readers.keys()) if (!reader.connection.is_open()) this.#readers.delete(reader);
    for (const [delivery, { message, from }] of this.#locked) {
      if (delivery.link.connection.is_open()) continue;
      this.#locked.delete(delivery);
      this.#requeue(message, from);
    }
  }
}

/** `com.microsoft:dead-letter` says why. */
const deadLetterInfoOf = (delivery: Delivery | undefined): Readonly<Record<string, string>> | undefined =>
  (delivery?.remote_state as { error?: { info?: Readonly<Record<string, string>> } } | undefined)?.error?.info;
