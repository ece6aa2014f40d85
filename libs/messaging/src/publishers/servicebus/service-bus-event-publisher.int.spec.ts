import type { Message } from 'rhea';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRecordingLog } from '#platform/observability/testing';
import { FakeServiceBus } from '../../../../../test/support/fake-service-bus.js';
import { TcpProxy } from '../../testing/tcp-proxy.js';
import { buildEnvelope, eventPublisherContract } from '../event-publisher.contract.js';
import { PermanentPublishError } from '../event-publisher.js';
import { remoteEventPublisherContract } from '../remote-event-publisher.contract.js';
import { ServiceBusEventPublisher } from './service-bus-event-publisher.js';

const toReceived = ({ message_id, subject, body }: Message) => ({
  id: String(message_id),
  type: String(subject),
  payload: (body as { content: Buffer }).content.toString(),
});

eventPublisherContract('ServiceBusEventPublisher', async () => {
  const bus = await FakeServiceBus.start();
  return {
    publisher: new ServiceBusEventPublisher(bus.url, createRecordingLog().log),
    received: () => bus.accepted.map(toReceived),
    oversizedBytes: 262_144,
    drop: () => bus.stop(),
  };
});

remoteEventPublisherContract('ServiceBusEventPublisher', async () => {
  const bus = await FakeServiceBus.start();
  const proxy = await TcpProxy.start(bus.url);
  return {
    proxy,
    createPublisher: () => new ServiceBusEventPublisher(proxy.url, createRecordingLog().log),
    received: () => bus.accepted.map(toReceived),
    async drop() {
      await proxy.stop();
      await bus.stop();
    },
  };
});

describe('ServiceBusEventPublisher', () => {
  let bus: FakeServiceBus;
  let publisher: ServiceBusEventPublisher;

  beforeAll(async () => {
    bus = await FakeServiceBus.start();
  });
  beforeEach(() => {
    bus.setBehaviour({});
    publisher = new ServiceBusEventPublisher(bus.url, createRecordingLog().log);
  });
  afterEach(() => publisher.close());
  afterAll(() => bus.stop());

  it('sends MessageId, SessionId and Subject', async () => {
    const event = buildEnvelope();
    await publisher.publish(event);
    expect(bus.accepted.at(-1)).toMatchObject({
      message_id: event.id,
      group_id: event.subject,
      subject: 'test.happened.v1',
      content_type: 'application/cloudevents+json',
      durable: true,
    });
  });

  it.each([
    ['released', { outcome: 'released' as const, condition: undefined }],
    ['rejected', { outcome: 'rejected' as const, condition: 'com.microsoft:server-busy' }],
    ['rejected: the queue is full', { outcome: 'rejected' as const, condition: 'amqp:resource-limit-exceeded' }],
  ])('fails and keeps the connection when the outcome is %s', async (_, behaviour) => {
    await publisher.check();
    bus.setBehaviour(behaviour, 1);
    const event = buildEnvelope();
    const outcome = await publisher.publish(event).catch((error: unknown) => error);
    expect(String(outcome)).toBe(`Error: ${behaviour.condition ?? behaviour.outcome}`);
    expect(outcome).not.toBeInstanceOf(PermanentPublishError);
    await publisher.publish(event);
  });

  it('permanently refuses an event that the broker calls too large', async () => {
    bus.setBehaviour({ outcome: 'rejected', condition: 'amqp:link:message-size-exceeded' }, 1);
    await expect(publisher.publish(buildEnvelope())).rejects.toThrow(PermanentPublishError);
  });

  it('fails after five seconds without an outcome', async () => {
    await publisher.check();
    bus.setBehaviour({ outcome: 'silence' }, 1);
    const start = performance.now();
    await expect(publisher.publish(buildEnvelope())).rejects.toThrow('5000 ms');
    expect(performance.now() - start).toBeLessThan(5_500);
  });

  it.each([
    ['a wrong key', (url: URL) => (url.password = 'hunter2')],
    ['a queue that does not exist', (url: URL) => (url.pathname = '/hunter2')],
  ])('backs off without a hot loop and keeps secrets out of the log after: %s [FM-Q8]', async (_, spoil) => {
    const url = new URL(bus.url);
    spoil(url);
    const written = createRecordingLog();
    const other = new ServiceBusEventPublisher(url.href, written.log);
    await expect(other.check()).rejects.toThrow();
    for (const end = performance.now() + 2_000; performance.now() < end; await new Promise(setImmediate))
      await other.publish(buildEnvelope()).catch(() => undefined);
    expect(written.lines.length).toBeGreaterThan(0);
    expect(written.lines.length).toBeLessThan(20);
    expect(JSON.stringify(written.lines)).not.toContain('hunter2');
    await other.close();
  });
});
