import { setTimeout as sleep } from 'node:timers/promises';
import amqp, { type Channel, type ChannelModel } from 'amqplib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRecordingLog } from '#platform/observability/testing';
import { type FreshVhost, freshVhost } from '../../../../../test/support/fresh-vhost.js';
import { consumeEvents, type EventConsumer } from '../../../../../test/support/rabbit-consumer.js';
import { TcpProxy } from '../../testing/tcp-proxy.js';
import { buildEnvelope, eventPublisherContract } from '../event-publisher.contract.js';
import { type EventEnvelope, PermanentPublishError } from '../event-publisher.js';
import { remoteEventPublisherContract } from '../remote-event-publisher.contract.js';
import { RabbitMqEventPublisher } from './rabbitmq-event-publisher.js';

const UNROUTED = 'foyer.unrouted';

eventPublisherContract('RabbitMqEventPublisher', async () => {
  const vhost = await freshVhost();
  const publisher = new RabbitMqEventPublisher(vhost.url, createRecordingLog().log);
  const consumer = await consumeEvents(vhost.url);
  return {
    publisher,
    received: () => consumer.events.map(({ id, type, body }) => ({ id, type, payload: JSON.stringify(body) })),
    async drop() {
      await consumer.stop();
      await vhost.drop();
    },
  };
});

remoteEventPublisherContract('RabbitMqEventPublisher', async () => {
  const vhost = await freshVhost();
  const proxy = await TcpProxy.start(vhost.url);
  const consumer = await consumeEvents(vhost.url);
  return {
    proxy,
    createPublisher: () => new RabbitMqEventPublisher(proxy.url, createRecordingLog().log),
    received: () => consumer.events.map(({ id, type, body }) => ({ id, type, payload: JSON.stringify(body) })),
    async drop() {
      await consumer.stop();
      await proxy.stop();
      await vhost.drop();
    },
  };
});

describe('RabbitMqEventPublisher', () => {
  let vhost: FreshVhost;
  let proxy: TcpProxy;
  let publisher: RabbitMqEventPublisher;
  let written: ReturnType<typeof createRecordingLog>;
  let admin: ChannelModel;
  let channel: Channel;

  beforeAll(async () => {
    vhost = await freshVhost();
    admin = await amqp.connect(vhost.url);
    channel = await admin.createChannel();
  });
  beforeEach(async () => {
    proxy = await TcpProxy.start(vhost.url);
    written = createRecordingLog();
    publisher = new RabbitMqEventPublisher(proxy.url, written.log);
    await publisher.check();
    await channel.purgeQueue(UNROUTED);
  });
  afterEach(async () => {
    await publisher.close();
    await proxy.stop();
  });
  afterAll(async () => {
    await admin.close();
    await vhost.drop();
  });

  /** Retries until the event is published, like the relay. */
  const publishAtLast = (event: EventEnvelope = buildEnvelope()) =>
    expect
      .poll(() => publisher.publish(event).then(() => 'taken', String), { timeout: 10_000, interval: 20 })
      .toBe('taken');
  const first = async () => {
    const message = await channel.get(UNROUTED, { noAck: true });
    if (!message) throw new Error('there is no message');
    return message;
  };
  const unrouted = async () => (await channel.checkQueue(UNROUTED)).messageCount;

  it('stores an event without subscribers in the unrouted queue, persistent and with its properties', async () => {
    const event = buildEnvelope();
    await publisher.publish(event);
    expect(await unrouted()).toBe(1);
    const message = await first();
    expect(message.content.toString()).toBe(event.payload);
    expect(message.properties).toMatchObject({
      messageId: event.id,
      type: event.type,
      contentType: 'application/cloudevents+json',
      deliveryMode: 2,
    });
  });

  it('routes an event only to the queues bound to its type', async () => {
    const listener: EventConsumer = await consumeEvents(vhost.url, { pattern: 'test.*.v1' });
    const event = buildEnvelope();
    await publisher.publish(event);
    await listener.waitFor(({ id }) => id === event.id);
    expect(await unrouted()).toBe(0);
    await listener.stop();
  });

  it('fails when the exchange has lost its bindings, although the broker confirms [M13 FM-Q4]', async () => {
    await channel.unbindQueue(UNROUTED, 'foyer.events.unrouted', '');
    await expect(publisher.publish(buildEnvelope())).rejects.toThrow(/unroutable/);
    const event = buildEnvelope();
    await publishAtLast(event);
    const message = await first();
    expect(message.properties.messageId, 'the next attempt declares them again').toBe(event.id);
  });

  it('fails when the exchange is missing and declares it again on the next attempt [M14]', async () => {
    await channel.deleteExchange('foyer.events');
    await expect(publisher.publish(buildEnvelope())).rejects.toThrow();
    await publishAtLast();
    expect(await unrouted()).toBe(1);
  });

  it('fails unconfirmed events when the broker goes down and publishes them after it recovers [KP-O2 FM-Q2]', async () => {
    const outcomes = Array.from({ length: 20 }, () => publisher.publish(buildEnvelope()));
    proxy.setRefuseConnections(true);
    proxy.closeConnections();
    expect((await Promise.allSettled(outcomes)).some(({ status }) => status === 'rejected')).toBe(true);
    await expect(publisher.check()).rejects.toThrow();
    proxy.setRefuseConnections(false);
    await publishAtLast();
  });

  it('fails at once while the broker is unavailable, without a hot loop', async () => {
    proxy.setRefuseConnections(true);
    proxy.closeConnections();
    await expect.poll(() => publisher.check().then(String, String)).toMatch(/Error/);
    const before = written.lines.length;
    const start = performance.now();
    for (let n = 0; n < 50; n++) await publisher.check().catch(() => undefined);
    await sleep(300);
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(written.lines.length - before).toBeLessThan(10);
  });

  it('opens a new connection after an operator closed the old one', async () => {
    await closeConnections(vhost);
    await expect.poll(() => proxy.connections).toBe(0);
    await publishAtLast();
  });

  it('fails after five seconds when the broker is silent and publishes over a new connection [M12]', async () => {
    proxy.freezeConnections();
    const start = performance.now();
    await expect(publisher.publish(buildEnvelope())).rejects.toThrow(/5000 ms/);
    expect(performance.now() - start).toBeLessThan(5_500);
    await publishAtLast();
    expect(proxy.connections, 'the silent and the new connection').toBe(2);
    const lines = written.lines.length;
    proxy.closeConnections(1);
    await sleep(100);
    expect(written.lines.slice(lines), 'the end of the old connection does not affect the new one').toEqual([]);
    await publisher.publish(buildEnvelope());
  });

  it('permanently refuses an event above 16 MiB without affecting others', async () => {
    const large = buildEnvelope({ data: { text: 'x'.repeat(16 * 1024 * 1024) } });
    await expect(publisher.publish(large)).rejects.toThrow(PermanentPublishError);
    await publisher.publish(buildEnvelope());
    expect(written.lines).toEqual([]);
  });

  it('permanently refuses an event without write permission, and sends concurrent events sequentially to find it', async () => {
    const open = await forbid(vhost);
    try {
      const several = await Promise.allSettled([1, 2, 3].map(() => publisher.publish(buildEnvelope())));
      expect(several.map((each) => each.status === 'rejected' && each.reason instanceof PermanentPublishError)).toEqual(
        Array.from({ length: 3 }, () => false),
      );
      const later = () =>
        publisher.publish(buildEnvelope()).then(
          () => 'taken',
          (error: Error) => error.constructor,
        );
      await expect.poll(later, { timeout: 10_000 }).toBe(PermanentPublishError);
    } finally {
      await open();
    }
    await publishAtLast();
  });

  it('logs why a connection was lost, without the password', async () => {
    proxy.closeConnections();
    await expect.poll(() => written.lines.length).toBeGreaterThan(0);
    expect(written.lines[0]).toMatchObject({
      publisher: 'rabbitmq',
      msg: 'broker connection lost: reconnecting after a pause',
    });
    expect(JSON.stringify(written.lines)).not.toContain(new URL(vhost.url).password || 'guest');
  });
});

/** Revokes write permission for a routing key. @returns a function that restores it */
async function forbid({ management, name }: FreshVhost): Promise<() => Promise<void>> {
  if (management === undefined) throw new Error('this test needs the management API of the broker');
  const { username, password, origin } = new URL(management);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const set = async (write: string): Promise<void> => {
    const body = JSON.stringify({ exchange: 'foyer.events', write, read: '.*' });
    const headers = { authorization, 'content-type': 'application/json' };
    const path = `${origin}/api/topic-permissions/${name}/${username}`;
    const answer = await fetch(path, { method: 'PUT', headers, body });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  };
  await set('^never$');
  return () => set('.*');
}

/** Closes connections like an operator in the management interface (320 CONNECTION_FORCED). */
async function closeConnections({ management, name, url }: FreshVhost): Promise<void> {
  if (management === undefined) throw new Error('this test needs the management API of the broker');
  const { username, password, origin } = new URL(management);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const call = (path: string, method = 'GET') => fetch(origin + path, { method, headers: { authorization } });
  const ours = async () => {
    const all = (await (await call(`/api/vhosts/${name}/connections`)).json()) as Connection[];
    return all.filter(({ client_properties: { connection_name: title } }) => title === 'foyer publisher');
  };
  await expect.poll(ours, { timeout: 10_000, message: url }).not.toEqual([]);
  for (const connection of await ours())
    await call(`/api/connections/${encodeURIComponent(connection.name)}`, 'DELETE');
}

interface Connection {
  readonly name: string;
  readonly client_properties: { readonly connection_name?: string };
}
