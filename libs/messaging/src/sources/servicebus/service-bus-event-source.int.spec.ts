import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import rhea from 'rhea';
import { describe, expect, it } from 'vitest';
import { createRecordingLog } from '#platform/observability/testing';
import { FakeServiceBus, QUEUE } from '../../../../../test/support/fake-service-bus.js';
import { buildEnvelope } from '../../publishers/event-publisher.contract.js';
import { ServiceBusEventPublisher } from '../../publishers/servicebus/service-bus-event-publisher.js';
import { TcpProxy } from '../../testing/tcp-proxy.js';
import { type DeadLettersUnderTest, deadLettersContract } from '../dead-letters.contract.js';
import { eventSourceContract } from '../event-source.contract.js';
import type { IncomingMessage, MessageDisposition, Subscription } from '../event-source.js';
import { OneShotSignal } from '../one-shot-signal.js';
import { ServiceBusDeadLetters } from './service-bus-dead-letters.js';
import { ServiceBusEventSource } from './service-bus-event-source.js';

const openServiceBus = async (): Promise<DeadLettersUnderTest> => {
  const bus = await FakeServiceBus.start();
  return {
    durable: true,
    openDeadLetters: () => new ServiceBusDeadLetters(bus.url),
    open: () => new ServiceBusEventSource(bus.url, createRecordingLog().log),
    send: async (arrival, { id, type, payload }) =>
      bus.deliver(arrival === 'events' ? QUEUE : 'foyer.inbound', {
        message_id: id,
        subject: type,
        body: rhea.message.data_section(Buffer.from(payload)),
      }),
    drop: () => bus.stop(),
  };
};

eventSourceContract('ServiceBusEventSource', openServiceBus);
deadLettersContract('ServiceBusEventSource', openServiceBus);

describe('ServiceBusEventSource', () => {
  const recordSubscription = (types: readonly string[], decide: () => MessageDisposition = () => ({ is: 'done' })) => {
    const messages: IncomingMessage[] = [];
    const subscription: Subscription = {
      queue: `foyer.test.${randomUUID().slice(0, 8)}`,
      arrival: 'events',
      types,
      ordered: false,
      async handle(message) {
        messages.push(message);
        return decide();
      },
    };
    return { messages, subscription };
  };
  const texts = (messages: readonly IncomingMessage[]) => messages.map(({ body }) => Buffer.from(body).toString());

  it('receives the events of ServiceBusEventPublisher across a lost connection', async () => {
    const bus = await FakeServiceBus.start();
    const proxy = await TcpProxy.start(bus.url);
    const publisher = new ServiceBusEventPublisher(bus.url, createRecordingLog().log);
    const source = new ServiceBusEventSource(proxy.url, createRecordingLog().log);
    const { messages, subscription } = recordSubscription(['test.happened.v1']);
    source.subscribe(subscription);
    await expect.poll(() => bus.subscriptions).toContain(`${QUEUE}/Subscriptions/${subscription.queue}`);
    const events = Array.from({ length: 30 }, (_, n) => buildEnvelope({ sequence: n }));
    for (const [n, event] of events.entries()) {
      if (n % 10 === 5) proxy.closeConnections();
      await publisher.publish(event);
    }
    await expect.poll(() => new Set(texts(messages)).size, { timeout: 15_000 }).toBe(30);
    expect(new Set(texts(messages))).toEqual(new Set(events.map(({ payload }) => payload)));
    await source.close();
    await publisher.close();
    await proxy.stop();
    await bus.stop();
  });

  it('dead-letters a message with a reason in the queue of the subscription [FM-M3]', async () => {
    const bus = await FakeServiceBus.start();
    const source = new ServiceBusEventSource(bus.url, createRecordingLog().log);
    const { subscription } = recordSubscription(['test.bad.v1'], () => ({
      is: 'dead',
      reason: 'not_json',
      detail: '/data',
    }));
    source.subscribe(subscription);
    const address = `${QUEUE}/Subscriptions/${subscription.queue}`;
    await expect.poll(() => bus.subscriptions).toContain(address);
    bus.deliver(QUEUE, {
      message_id: 'bad',
      subject: 'test.bad.v1',
      body: rhea.message.data_section(Buffer.from('{')),
    });
    await expect
      .poll(() => bus.queue(`${address}/$deadletterqueue`).map(({ message_id }) => message_id))
      .toEqual(['bad']);
    expect(bus.queue(`${address}/$deadletterqueue`)[0]?.application_properties).toEqual({
      DeadLetterReason: 'not_json',
      DeadLetterErrorDescription: '/data',
    });
    expect(await source.countDeadLetters()).toBe(1);
    await source.close();
    await bus.stop();
  });

  it.each([{ order: ['good', 'bad'] }, { order: ['bad', 'good'] }])(
    'dead-letters only the bad message when $order are settled together [INV-10]',
    async ({ order }) => {
      const bus = await FakeServiceBus.start();
      const source = new ServiceBusEventSource(bus.url, createRecordingLog().log);
      const both = new OneShotSignal();
      const { messages, subscription } = recordSubscription(['test.two.v1']);
      const handle = async (message: IncomingMessage): Promise<MessageDisposition> => {
        if (messages.push(message) === 2) both.fire();
        await both.fired;
        const isBad = Buffer.from(message.body).toString() === 'bad';
        return isBad ? { is: 'dead', reason: 'not_json', detail: '' } : { is: 'done' };
      };
      source.subscribe({ ...subscription, handle });
      const address = `${QUEUE}/Subscriptions/${subscription.queue}`;
      await expect.poll(() => bus.subscriptions).toContain(address);
      for (const text of order)
        bus.deliver(QUEUE, {
          message_id: text,
          subject: 'test.two.v1',
          body: rhea.message.data_section(Buffer.from(text)),
        });
      await both.fired;
      await source.close();
      expect(bus.queue(`${address}/$deadletterqueue`).map(({ message_id }) => message_id)).toEqual(['bad']);
      expect(bus.queue(address)).toEqual([]);
      await bus.stop();
    },
  );

  it('retries a missing subscription without a hot loop', async () => {
    const bus = await FakeServiceBus.start();
    const url = new URL(bus.url);
    url.pathname = '/nowhere';
    const written = createRecordingLog();
    const source = new ServiceBusEventSource(url.href, written.log);
    source.subscribe(recordSubscription(['x']).subscription);
    await sleep(2_000);
    expect(written.lines.length).toBeGreaterThan(0);
    expect(written.lines.length).toBeLessThan(15);
    expect(written.lines[0]).toMatchObject({
      reason: 'amqp:not-found',
      msg: 'cannot listen to a queue: reconnecting after a pause',
    });
    await source.close();
    await bus.stop();
  });
});
