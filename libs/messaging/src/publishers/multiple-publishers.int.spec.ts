import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { DATABASES } from '#platform/database/testing';
import { createRecordingLog } from '#platform/observability/testing';
import { type FakeS3Server, startFakeS3Server } from '../../../../test/support/fake-s3-server.js';
import { startWebhookSink, type WebhookSink } from '../../../../test/support/webhook-sink.js';
import { type Lease, OutboxDeliveries } from '../relay/outbox-deliveries.js';
import { OutboxRelay } from '../relay/outbox-relay.js';
import { expireLeases, type OutboxDatabase, openOutboxDatabase } from '../testing/outbox-database.js';
import { TestHappenedV1 } from '../testing/test-events.js';
import type { EventPublisher } from './event-publisher.js';
import { S3EventPublisher } from './s3/s3-event-publisher.js';
import { WebhookEventPublisher } from './webhook/webhook-event-publisher.js';

const KEY = randomBytes(32);
const NO_METRICS = { published: () => undefined, failed: () => undefined, parked: () => undefined };

describe.each(DATABASES)('multiple publishers on %s', (_, fresh) => {
  let under: OutboxDatabase;
  let s3: FakeS3Server;
  let sink: WebhookSink;
  let relays: OutboxRelay[];
  let publishers: EventPublisher[];

  beforeAll(async () => {
    under = await openOutboxDatabase(fresh, ['s3', 'webhook'], 2);
  });
  beforeEach(async () => {
    await under.deleteAll();
    s3 = await startFakeS3Server();
    sink = await startWebhookSink(`whsec_${KEY.toString('base64')}`);
    [relays, publishers] = [[], []];
  });
  afterEach(async () => {
    await Promise.all(relays.map((relay) => relay.stop()));
    await Promise.all(publishers.map((publisher) => publisher.close()));
    await s3.stop();
    await sink.stop();
  });
  afterAll(() => under.drop());

  const archive = () => {
    const { bucket, endpoint, credentials } = s3;
    return new S3EventPublisher({ bucket, endpoint, credentials, region: 'us-east-1' });
  };
  const hook = () => {
    const settings = { url: sink.url, secrets: [KEY], networks: ['127.0.0.1'] };
    return new WebhookEventPublisher(settings, { now: () => new Date() } as FixedClock);
  };
  const start = (publisher: EventPublisher, deliveries: OutboxDeliveries = under.replicas[0]) => {
    const relay = new OutboxRelay(publisher, deliveries, createRecordingLog().log, NO_METRICS);
    under.signal.subscribe(() => relay.wake());
    relay.start();
    relays.push(relay);
    publishers.push(publisher);
    return relay;
  };
  const announce = (subject: string, ...sequences: number[]) =>
    under.database.runInTransaction(async () => {
      for (const sequence of sequences) await under.outbox.append(new TestHappenedV1(subject, sequence));
    });
  const waiting = async (publisher: string) => {
    const rows = await under.database.query('select 1 from outbox_deliveries where publisher = ?', [publisher]);
    return rows.length;
  };
  const drained = (publisher: string) =>
    expect
      .poll(() => waiting(publisher).finally(() => under.signal.notify()), { timeout: 20_000, interval: 20 })
      .toBe(0);

  it('an unavailable publisher does not delay the others and gets all events when it recovers', async () => {
    s3.setBehaviour({ status: 503 });
    start(archive());
    start(hook());
    const subjects = Array.from({ length: 10 }, () => randomUUID());
    for (const subject of subjects) await announce(subject, 1, 2, 3);
    await drained('webhook');
    expect(sink.events).toHaveLength(30);
    expect([s3.objects.length, await waiting('s3')]).toEqual([0, 30]);
    s3.setBehaviour({});
    await drained('s3');
    expect(s3.objects).toHaveLength(30);
  });

  it('a transaction that is rolled back uploads nothing to the bucket', async () => {
    start(archive());
    const [undone, done] = [randomUUID(), randomUUID()];
    const failing = under.database.runInTransaction(async () => {
      await under.outbox.append(new TestHappenedV1(undone, 1));
      // An upload inside the transaction would be done by now.
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      throw new Error('changed its mind');
    });
    await expect(failing).rejects.toThrow('changed its mind');
    await announce(done, 1);
    await drained('s3');
    expect(s3.objects.map(({ key }) => key.split('/')[2])).toEqual([done]);
  });

  it('a process that dies after the upload leaves one object, and the next process adds none [KP-O3]', async () => {
    const first = new DiesBeforeItMarks(under.database, { next: randomUUID, opaque: randomUUID });
    const dying = start(archive(), first);
    const subject = randomUUID();
    await announce(subject, 1, 2);
    await expect.poll(() => s3.objects.length, { timeout: 10_000 }).toBe(2);
    await dying.stop();
    expect(await waiting('s3')).toBe(2);
    await expireLeases(under);
    start(archive(), under.replicas[1]);
    await drained('s3');
    expect(s3.puts).toBeGreaterThan(2);
    expect(s3.objects.map(({ key }) => key.split('/')[3]?.split('-')[0])).toEqual(['1', '2']);
  });
});

/** Deliveries are never deleted, as if the process had died before. */
class DiesBeforeItMarks extends OutboxDeliveries {
  override async deleteDelivered(_lease: Lease): Promise<void> {
    throw new Error('killed');
  }
}
