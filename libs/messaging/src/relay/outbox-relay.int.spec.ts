import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DATABASES } from '#platform/database/testing';
import { createRecordingLog } from '#platform/observability/testing';
import type { EventEnvelope } from '../publishers/event-publisher.js';
import { expireLeases, type OutboxDatabase, openOutboxDatabase } from '../testing/outbox-database.js';
import { RecordingEventPublisher } from '../testing/recording-event-publisher.js';
import { TestHappenedV1 } from '../testing/test-events.js';
import { OutboxRelay } from './outbox-relay.js';

const AGGREGATES = 20;
const EACH = 20;
const QUIET = { published: () => undefined, failed: () => undefined, parked: () => undefined };
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

describe.each(DATABASES)('OutboxRelay on %s', (_, fresh) => {
  let under: OutboxDatabase;
  let relays: OutboxRelay[];
  /** The published events in order of arrival. */
  let broker: EventEnvelope[];

  beforeAll(async () => {
    under = await openOutboxDatabase(fresh, ['one'], 4);
  });
  beforeEach(async () => {
    await under.deleteAll();
    [relays, broker] = [[], []];
  });
  afterEach(async () => {
    await Promise.all(relays.map((relay) => relay.stop()));
  });
  afterAll(() => under.drop());

  const start = (publisher = new RecordingEventPublisher(broker), replica = 0): OutboxRelay => {
    const deliveries = under.replicas[replica % under.replicas.length] ?? under.replicas[0];
    const relay = new OutboxRelay(publisher, deliveries, createRecordingLog().log, QUIET);
    under.signal.subscribe(() => relay.wake());
    relay.start();
    relays.push(relay);
    return relay;
  };
  const announce = (subject: string, ...sequences: number[]) =>
    under.database.runInTransaction(async () => {
      for (const sequence of sequences) await under.outbox.append(new TestHappenedV1(subject, sequence));
    });
  const depth = () => under.countDeliveries();
  /** Wakes all relays, so that none waits for the next poll. */
  const drained = () =>
    expect.poll(() => depth().finally(() => under.signal.notify()), { timeout: 20_000, interval: 20 }).toBe(0);
  const sequencesOf = (subject: string) =>
    broker.filter((event) => event.subject === subject).map(({ sequence }) => sequence);

  it('eight relays lose nothing, repeat nothing and keep every aggregate in order [RC-14 M19 INV-10 INV-11]', async () => {
    const subjects = Array.from({ length: AGGREGATES }, () => randomUUID());
    for (let n = 0; n < 8; n++) start(new RecordingEventPublisher(broker), n);
    await Promise.all(
      subjects.map(async (subject) => {
        for (const sequence of upTo(EACH)) await announce(subject, sequence);
      }),
    );
    await drained();
    expect(broker).toHaveLength(AGGREGATES * EACH);
    expect(new Set(broker.map(({ id }) => id)).size).toBe(AGGREGATES * EACH);
    for (const subject of subjects) expect(sequencesOf(subject)).toEqual(upTo(EACH));
  });

  it('relays lose nothing and keep the order when the broker refuses some events [RC-14 INV-10 INV-11]', async () => {
    const subjects = Array.from({ length: AGGREGATES }, () => randomUUID());
    for (const subject of subjects) await announce(subject, ...upTo(5));
    const refused = new Set<string>();
    for (let n = 0; n < 8; n++) {
      const publisher = new RecordingEventPublisher(broker);
      publisher.shouldRefuse = ({ id, sequence }) => {
        const again = refused.has(id);
        refused.add(id);
        return sequence % 2 === 0 && !again;
      };
      start(publisher, n);
    }
    await drained();
    for (const subject of subjects) expect(sequencesOf(subject)).toEqual(upTo(5));
  });

  it('a relay takes over the leases of a relay that died [KP-O1]', async () => {
    const subject = randomUUID();
    await announce(subject, 1, 2, 3);
    // The cursor continues where the last page ended, so the first lease may be empty.
    await expect.poll(async () => (await under.replicas[1]?.lease('one'))?.batches.length).toBe(1);
    start();
    await announce(randomUUID(), 1);
    await expect.poll(() => broker.length).toBe(1);
    await expireLeases(under);
    await drained();
    expect(sequencesOf(subject)).toEqual([1, 2, 3]);
  });

  it('a relay sends an event again with the same id when another died before acknowledging it [KP-O2 KP-O3]', async () => {
    const subject = randomUUID();
    await announce(subject, 1, 2);
    const dead = await under.replicas[1]?.lease('one');
    const [confirmed] = dead?.batches[0] ?? [];
    if (confirmed) broker.push(confirmed);
    await expireLeases(under);
    start();
    await drained();
    expect(sequencesOf(subject)).toEqual([1, 1, 2]);
    expect(new Set(broker.map(({ id }) => id)).size).toBe(2);
  });

  it('a relay releases the rest of a failed batch and no other batch', async () => {
    const [bad, good] = [randomUUID(), randomUUID()];
    await announce(bad, 1, 2, 3);
    await announce(good, 1, 2, 3);
    const publisher = new RecordingEventPublisher(broker);
    let refused = 0;
    publisher.shouldRefuse = ({ subject, sequence }) => subject === bad && sequence === 2 && refused++ < 2;
    start(publisher);
    await drained();
    expect([sequencesOf(bad), sequencesOf(good)]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    const lastOfGood = broker.findLastIndex(({ subject }) => subject === good);
    expect(broker.findIndex(({ subject, sequence }) => subject === bad && sequence === 2)).toBeGreaterThan(lastOfGood);
  });

  it('a relay publishes pending events when the broker recovers [FM-Q1]', async () => {
    const publisher = new RecordingEventPublisher(broker);
    publisher.unavailable = true;
    start(publisher);
    const subject = randomUUID();
    await announce(subject, ...upTo(50));
    expect(await depth()).toBe(50);
    publisher.unavailable = false;
    await drained();
    expect(sequencesOf(subject)).toEqual(upTo(50));
  });

  it('a relay finishes its round when it is stopped, and sent events are not sent again', async () => {
    const subject = randomUUID();
    await announce(subject, ...upTo(30));
    const publisher = new RecordingEventPublisher(broker);
    const relay = start(publisher);
    await expect.poll(() => broker.length).toBeGreaterThan(0);
    await relay.stop();
    expect(await depth()).toBe(30 - broker.length);
    start();
    await drained();
    expect(sequencesOf(subject)).toEqual(upTo(30));
  });
});
