import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMBEDDED } from '../../support/backends.js';
import { type FakeS3Server, startFakeS3Server } from '../../support/fake-s3-server.js';
import { FakeServiceBus } from '../../support/fake-service-bus.js';
import { type FreshVhost, freshVhost } from '../../support/fresh-vhost.js';
import { consumeKafka, type KafkaConsumer, startKafka } from '../../support/local-kafka.js';
import type { LocalServer } from '../../support/local-servers.js';
import { consumeEvents, type EventConsumer } from '../../support/rabbit-consumer.js';
import { TestApp } from '../../support/test-app.js';
import { startWebhookSink, type WebhookSink } from '../../support/webhook-sink.js';

const SECRET = `whsec_${randomBytes(32).toString('base64')}`;

describe('every publisher at once', () => {
  const app = new TestApp();
  let kafka: LocalServer;
  let vhost: FreshVhost;
  let s3: FakeS3Server;
  let bus: FakeServiceBus;
  let sink: WebhookSink;
  let topic: KafkaConsumer;
  let queue: EventConsumer;

  beforeAll(async () => {
    [kafka, vhost, s3, bus, sink] = await Promise.all([
      startKafka(),
      freshVhost(),
      startFakeS3Server(),
      FakeServiceBus.start(),
      startWebhookSink(SECRET),
    ]);
    topic = consumeKafka(`127.0.0.1:${kafka.port}`, 'foyer.events');
    queue = await consumeEvents(vhost.url);
    const env = {
      EVENT_PUBLISHERS: 'memory,rabbitmq,kafka,s3,servicebus,webhook',
      RABBITMQ_URL: vhost.url,
      KAFKA_BROKERS: `127.0.0.1:${kafka.port}`,
      S3_ENDPOINT: s3.endpoint,
      S3_BUCKET: s3.bucket,
      AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      SERVICEBUS_URL: bus.url,
      WEBHOOK_URL: sink.url,
      WEBHOOK_SECRET: SECRET,
      WEBHOOK_NETWORKS: '127.0.0.0/8',
    };
    await app.attach(await EMBEDDED.start(env));
  });
  afterAll(async () => {
    await app.close();
    await topic.stop();
    await queue.stop();
    await Promise.all([kafka.stop(), vhost.drop(), s3.stop(), bus.stop(), sink.stop()]);
  });

  /** The CloudEvents about somebody that each of them has, in the order they came, without repetitions. */
  const told = (subject: string): Record<string, readonly string[]> => {
    const documents: Record<string, readonly string[]> = {
      rabbitmq: queue.events.map(({ body }) => JSON.stringify(body)),
      kafka: topic.records.map(({ payload }) => payload),
      s3: s3.objects.map(({ body }) => body),
      servicebus: bus.accepted.map(({ body }) => (body as { content: Buffer }).content.toString()),
      webhook: sink.events.map(({ payload }) => payload),
    };
    const about = (all: readonly string[]) => [...new Set(all.filter((one) => JSON.parse(one).subject === subject))];
    return Object.fromEntries(Object.entries(documents).map(([name, all]) => [name, about(all)]));
  };
  const names = ['rabbitmq', 'kafka', 's3', 'servicebus', 'webhook'];
  const typesTold = (subject: string) => {
    const all = Object.entries(told(subject));
    return Object.fromEntries(all.map(([name, one]) => [name, one.map((text) => JSON.parse(text).type).sort()]));
  };
  const EVERYTHING = ['customer.created.v1', 'registration.code_sent.v1', 'registration.started.v1'];
  const toAll = (types: readonly string[], but?: string) =>
    Object.fromEntries(names.map((name) => [name, name === but ? [] : types]));

  it('gets what happened, the same document everywhere', async () => {
    const { id } = (await app.createCustomer()).customer;
    await expect.poll(() => typesTold(id), { timeout: 15_000 }).toEqual(toAll(EVERYTHING));
    const { rabbitmq, ...others } = told(id);
    for (const other of Object.values(others)) expect([...other].sort()).toEqual([...(rabbitmq ?? [])].sort());
  });

  it('one that is away holds up no other, is told of by readiness and log, and gets everything later', async () => {
    s3.setBehaviour({ status: 503 });
    const { id } = (await app.createCustomer()).customer;
    await expect.poll(() => typesTold(id), { timeout: 15_000 }).toEqual(toAll(EVERYTHING, 's3'));
    const line = await app.program.waitForLog(({ msg, publisher }) => msg === 'publish failed' && publisher === 's3');
    expect(line).toMatchObject({ reason: 'answered 503: SlowDown', attempt: 1, event: expect.any(String) });
    await expect
      .poll(async () => (await app.program.request('GET', '/health/ready')).json, { timeout: 15_000, interval: 20 })
      .toMatchObject({ status: 'degraded', dependencies: { s3: 'away', webhook: 'ok', kafka: 'ok' } });
    s3.setBehaviour({});
    await expect.poll(() => typesTold(id), { timeout: 20_000 }).toEqual(toAll(EVERYTHING));
  });

  it('INV-10 kill -9 in the middle: each has everything in the end, and the bucket nothing twice', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, () => app.createCustomer()));
    await app.program.kill();
    await app.program.start();
    for (const { customer } of people) {
      // Whether a code was sent is told a moment after it was: that moment may be the last.
      const facts = () =>
        Object.values(typesTold(customer.id)).map((types) =>
          types.filter((type) => type !== 'registration.code_sent.v1'),
        );
      const both = ['customer.created.v1', 'registration.started.v1'];
      await expect.poll(facts, { timeout: 45_000 }).toEqual(names.map(() => both));
    }
    const keys = s3.objects.map(({ key }) => key);
    expect(new Set(keys.map((key) => key.slice(-41))).size).toBe(keys.length);
  });

  it('ST-10 writes none of their secrets', () => {
    const output = app.program.output();
    for (const secret of [
      SECRET,
      s3.credentials.secretAccessKey,
      new URL(bus.url).password,
      decodeURIComponent(new URL(bus.url).password),
    ])
      expect(output).not.toContain(secret);
  });
});
