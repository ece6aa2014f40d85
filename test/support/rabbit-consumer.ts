import amqp, { type ConsumeMessage, type MessageProperties } from 'amqplib';
import { AwaitableList } from './awaitable-list.js';

export const EXCHANGE = 'foyer.events';

export interface ReceivedEvent {
  /** `message-id`. */
  readonly id: string;
  /** The routing key. */
  readonly type: string;
  /** The CloudEvent's subject. */
  readonly subject: string | undefined;
  /** The CloudEvent, parsed. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly properties: MessageProperties;
}

export interface EventConsumer {
  readonly queue: string;
  readonly events: readonly ReceivedEvent[];
  waitFor(fits: (event: ReceivedEvent) => boolean, timeoutMs?: number): Promise<ReceivedEvent>;
  clear(): void;
  stop(): Promise<void>;
}

/**
 * Hears events as another system would. Without a `queue` name it listens on an exclusive queue that goes with it;
 * with one on a durable quorum queue that stays and keeps what comes while nobody listens.
 * `pattern` is a topic pattern such as `customer.*.v1`.
 */
export async function consumeEvents(url: string, o: { pattern?: string; queue?: string } = {}): Promise<EventConsumer> {
  const received = new AwaitableList<ReceivedEvent>('event');
  const connection = await amqp.connect(url, { timeout: 5_000 });
  connection.on('error', () => {}); // a broker that is killed by the test
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  // exactly as the product declares it, or the broker refuses
  await channel.assertExchange(EXCHANGE, 'topic', { durable: true, alternateExchange: `${EXCHANGE}.unrouted` });
  const { queue } = o.queue
    ? await channel.assertQueue(o.queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } })
    : await channel.assertQueue('', { exclusive: true, durable: false });
  await channel.bindQueue(queue, EXCHANGE, o.pattern ?? '#');
  await channel.consume(queue, (message) => {
    if (!message) return;
    received.add(toEvent(message));
    channel.ack(message);
  });
  return {
    queue,
    events: received.items,
    waitFor: (fits, timeoutMs) => received.waitFor(fits, timeoutMs),
    clear: () => received.clear(),
    stop: () => connection.close().catch(() => {}),
  };
}

function toEvent({ content, fields, properties }: ConsumeMessage): ReceivedEvent {
  const body = JSON.parse(content.toString()) as Record<string, unknown>;
  const subject = typeof body['subject'] === 'string' ? body['subject'] : undefined;
  return { id: String(properties.messageId), type: fields.routingKey, subject, body, properties };
}
