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

describe('S3EventPublisher', () => {
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

  it('writes one CloudEvent object per event: events/<type>/<subject>/<sequence>-<id>.json', async () => {
    const event = buildEnvelope({ sequence: 7, data: { text: 'ß 漢字 🔑' } });
    await publisher.publish(event);
    const key = `events/test.happened.v1/${event.subject}/7-${event.id}.json`;
    expect(keysOf(event)).toEqual([key]);
    const object = await client.send(new GetObjectCommand({ Bucket: server.bucket, Key: key }));
    expect(object.ContentType).toBe('application/cloudevents+json');
    expect(await object.Body?.transformToString()).toBe(event.payload);
  });

  it('never overwrites an object and permanently refuses an event whose key holds another object', async () => {
    const event = buildEnvelope();
    await publisher.publish(event);
    const other = { ...event, payload: JSON.stringify({ other: true }) };
    await expect(publisher.publish(other)).rejects.toThrow(PermanentPublishError);
    expect(server.objects.find(({ key }) => key.includes(event.id))?.body).toBe(event.payload);
    await publisher.publish(event);
  });

  it('writes an event once when twenty publishers send it concurrently', async () => {
    const event = buildEnvelope();
    await Promise.all(Array.from({ length: 20 }, () => publisher.publish(event)));
    expect(keysOf(event)).toHaveLength(1);
  });

  it.each([
    ['500', { status: 500 }],
    ['503 SlowDown', { status: 503 }],
    ['409 concurrent write', { status: 409 }],
    ['cut before the upload', { cut: 'before' as const }],
    ['cut after the upload, before the answer', { cut: 'after' as const }],
    ['no answer for longer than ten seconds', { delayMs: 11_000 }],
  ])('fails, retries and writes the object once after: %s [FM-O1]', async (_, behaviour) => {
    const event = buildEnvelope();
    server.setBehaviour(behaviour, 1);
    await expect(publisher.publish(event)).rejects.toThrow();
    await publishAtLast(event);
    expect(keysOf(event)).toHaveLength(1);
  });

  it('backs off after 403 without a hot loop and recovers [FM-O2]', async () => {
    server.setBehaviour({ status: 403 });
    const before = server.puts;
    const reasons = new Set<string>();
    for (const end = performance.now() + 3_000; performance.now() < end; await new Promise(setImmediate))
      await publisher.publish(buildEnvelope()).catch((error: Error) => reasons.add(error.message));
    expect(server.puts - before).toBeLessThan(20);
    expect([...reasons].sort()).toEqual(['answered 403: AccessDenied', 'unavailable: waiting before the next attempt']);
    server.setBehaviour({});
    await publishAtLast(buildEnvelope());
    await publisher.check();
  });

  it('reports wrong keys as a 403 without the keys in the reason [FM-O2]', async () => {
    const wrong = { ...server.credentials, secretAccessKey: 'hunter2' };
    const other = new S3EventPublisher({ ...settingsOf(server, server.endpoint), credentials: wrong });
    const reason = await other.publish(buildEnvelope()).catch(({ message }: Error) => message);
    expect(reason).toBe('answered 403: SignatureDoesNotMatch');
    await other.close();
  });

  it('permanently refuses an event after 413 without backing off', async () => {
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
  ])('permanently refuses a %s that changes the path of the object key: %o [AC-55]', async (_, given) => {
    const before = server.puts;
    await expect(publisher.publish(buildEnvelope({ id: randomUUID(), ...given }))).rejects.toThrow(
      PermanentPublishError,
    );
    expect(server.puts).toBe(before);
  });
});
