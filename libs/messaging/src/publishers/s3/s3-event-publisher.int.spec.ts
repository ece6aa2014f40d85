import { randomUUID } from 'node:crypto';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeS3Server, type S3Object, startFakeS3Server } from '../../../../../test/support/fake-s3-server.js';
import { TcpProxy } from '../../testing/tcp-proxy.js';
import { buildEnvelope, eventPublisherContract } from '../event-publisher.contract.js';
import { type EventEnvelope, PermanentPublishError } from '../event-publisher.js';
import { remoteEventPublisherContract } from '../remote-event-publisher.contract.js';
import { S3EventPublisher } from './s3-event-publisher.js';

const settingsOf = ({ bucket, credentials }: FakeS3Server, endpoint: string) => ({
  bucket,
  endpoint,
  region: 'us-east-1',
  credentials,
});
const toReceived = ({ key, body }: S3Object) => ({
  id: key.slice(-'.json'.length - 36, -'.json'.length),
  type: key.split('/')[1] ?? '',
  payload: body,
});

eventPublisherContract('S3EventPublisher', async () => {
  const server = await startFakeS3Server();
  return {
    publisher: new S3EventPublisher(settingsOf(server, server.endpoint)),
    received: () => server.objects.map(toReceived),
    copiesAfterRepublish: 1,
    drop: () => server.stop(),
  };
});

remoteEventPublisherContract('S3EventPublisher', async () => {
  const server = await startFakeS3Server();
  const proxy = await TcpProxy.start(server.endpoint);
  return {
    proxy,
    createPublisher: () => new S3EventPublisher(settingsOf(server, proxy.url)),
    received: () => server.objects.map(toReceived),
    copiesAfterRepublish: 1,
    async drop() {
      await proxy.stop();
      await server.stop();
    },
  };
});

describe('the bucket', () => {
  let server: FakeS3Server;
  let client: S3Client;
  let publisher: S3EventPublisher;

  beforeAll(async () => {
    server = await startFakeS3Server();
    const { endpoint, credentials } = server;
    client = new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true });
  });
  beforeEach(() => {
    server.setBehaviour({});
    publisher = new S3EventPublisher(settingsOf(server, server.endpoint));
  });
  afterEach(() => publisher.close());
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  const keysOf = ({ id }: EventEnvelope) => server.objects.map(({ key }) => key).filter((key) => key.includes(id));
  const publishAtLast = (event: EventEnvelope) =>
    expect
      .poll(() => publisher.publish(event).then(() => 'taken', String), { timeout: 20_000, interval: 20 })
      .toBe('taken');

  it('holds one object per event: events/<type>/<subject>/<sequence>-<id>.json, a CloudEvent', async () => {
    const event = buildEnvelope({ sequence: 7, data: { text: 'ß 漢字 🔑' } });
    await publisher.publish(event);
    const key = `events/test.happened.v1/${event.subject}/7-${event.id}.json`;
    expect(keysOf(event)).toEqual([key]);
    const object = await client.send(new GetObjectCommand({ Bucket: server.bucket, Key: key }));
    expect(object.ContentType).toBe('application/cloudevents+json');
    expect(await object.Body?.transformToString()).toBe(event.payload);
  });

  it('is never written over: what has the place of an event and is not that event is refused for good', async () => {
    const event = buildEnvelope();
    await publisher.publish(event);
    const other = { ...event, payload: JSON.stringify({ other: true }) };
    await expect(publisher.publish(other)).rejects.toThrow(PermanentPublishError);
    expect(server.objects.find(({ key }) => key.includes(event.id))?.body).toBe(event.payload);
    await publisher.publish(event);
  });

  it('takes an event from twenty at once, once', async () => {
    const event = buildEnvelope();
    await Promise.all(Array.from({ length: 20 }, () => publisher.publish(event)));
    expect(keysOf(event)).toHaveLength(1);
  });

  it.each([
    ['500', { status: 500 }],
    ['503 SlowDown', { status: 503 }],
    ['409 another is just writing it', { status: 409 }],
    ['cut before the upload', { cut: 'before' as const }],
    ['cut after the upload, before the answer', { cut: 'after' as const }],
    ['no answer for longer than ten seconds', { delayMs: 11_000 }],
  ])('FM-O1 %s: refused, tried again, and there once', async (_, behaviour) => {
    const event = buildEnvelope();
    server.setBehaviour(behaviour, 1);
    await expect(publisher.publish(event)).rejects.toThrow();
    await publishAtLast(event);
    expect(keysOf(event)).toHaveLength(1);
  });

  it('FM-O2 403: it is away, one try in a while and no hot loop; well again by itself', async () => {
    server.setBehaviour({ status: 403 });
    const before = server.puts;
    const reasons = new Set<string>();
    for (const end = performance.now() + 3_000; performance.now() < end; await new Promise(setImmediate))
      await publisher.publish(buildEnvelope()).catch((error: Error) => reasons.add(error.message));
    expect(server.puts - before).toBeLessThan(20);
    expect([...reasons].sort()).toEqual(['answered 403: AccessDenied', 'the other side is away']);
    server.setBehaviour({});
    await publishAtLast(buildEnvelope());
    await publisher.check();
  });

  it('FM-O2 keys that are not right are told from a network that is not, and are in no reason', async () => {
    const wrong = { ...server.credentials, secretAccessKey: 'hunter2' };
    const other = new S3EventPublisher({ ...settingsOf(server, server.endpoint), credentials: wrong });
    const reason = await other.publish(buildEnvelope()).catch(({ message }: Error) => message);
    expect(reason).toBe('answered 403: SignatureDoesNotMatch');
    await other.close();
  });

  it('413: refused for good, and no reason to rest', async () => {
    server.setBehaviour({ status: 413 }, 1);
    await expect(publisher.publish(buildEnvelope())).rejects.toThrow(PermanentPublishError);
    await publisher.check();
    await publisher.publish(buildEnvelope());
  });

  it.each([
    ['subject', { subject: '../../other' }],
    ['subject', { subject: '' }],
    ['id', { id: 'x/../y' }],
    ['type', { type: '../secrets' }],
  ])('AC-55 a %s that leads elsewhere makes no key: %o', async (_, given) => {
    const before = server.puts;
    await expect(publisher.publish(buildEnvelope({ id: randomUUID(), ...given }))).rejects.toThrow(
      PermanentPublishError,
    );
    expect(server.puts).toBe(before);
  });
});
