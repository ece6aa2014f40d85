import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { DATABASES } from '#platform/database/testing';
import { createRecordingLog } from '#platform/observability/testing';
import { type OutboxDatabase, openOutboxDatabase } from '../testing/outbox-database.js';
import { RecordingEventPublisher } from '../testing/recording-event-publisher.js';
import { TestHappenedV1 } from '../testing/test-events.js';
import { OutboxPoller } from './outbox-poller.js';
import { OutboxRelay } from './outbox-relay.js';

const QUIET = { published: () => undefined, failed: () => undefined, parked: () => undefined };
const NAMES = ['one', 'two', 'three'];

describe.each(DATABASES)('OutboxRelays on %s without a wake signal', (_, fresh) => {
  let under: OutboxDatabase;
  let relays: OutboxRelay[] = [];
  let poller: OutboxPoller;
  beforeAll(async () => {
    under = await openOutboxDatabase(fresh, NAMES);
    const [{ log }, [deliveries]] = [createRecordingLog(), under.replicas];
    relays = NAMES.map((name) => {
      const publisher = Object.assign(new RecordingEventPublisher(), { name });
      return new OutboxRelay(publisher, deliveries, log, QUIET);
    });
    poller = new OutboxPoller(deliveries, new Map(relays.map((relay, n) => [NAMES[n] ?? '', () => relay.wake()])), log);
    for (const loop of [...relays, poller]) loop.start();
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(async () => {
    await Promise.all([...relays, poller].map((loop) => loop.stop()));
    await under.drop();
  });

  it('run one query a second for three relays and find events committed by other processes', async () => {
    await sleep(500);
    const asked = [vi.spyOn(under.database, 'query'), vi.spyOn(under.database, 'execute')];
    await sleep(5_000);
    expect(asked.reduce((sum, { mock }) => sum + mock.calls.length, 0)).toBeLessThanOrEqual(5);
    await under.database.runInTransaction(() => under.outbox.append(new TestHappenedV1(randomUUID(), 1)));
    await expect.poll(() => under.countDeliveries(), { timeout: 2_500, interval: 50 }).toBe(0);
  });
});
