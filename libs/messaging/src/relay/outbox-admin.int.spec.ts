import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DATABASES } from '#platform/database/testing';
import { type OutboxDatabase, openOutboxDatabase } from '../testing/outbox-database.js';
import { OtherAggregateHappenedV1, TestHappenedV1 } from '../testing/test-events.js';
import { OutboxAdmin } from './outbox-admin.js';

describe.each(DATABASES)('OutboxAdmin on %s', (_, fresh) => {
  let under: OutboxDatabase;
  let admin: OutboxAdmin;
  beforeAll(async () => {
    under = await openOutboxDatabase(fresh, ['one', 'two']);
    admin = new OutboxAdmin(under.database);
  });
  beforeEach(() => under.deleteAll());
  afterAll(() => under.drop());

  const announce = (subject: string, ...sequences: number[]) =>
    under.database.runInTransaction(async () => {
      for (const sequence of sequences) await under.outbox.append(new TestHappenedV1(subject, sequence));
    });
  const leased = async (publisher = 'one') => (await under.replicas[0].lease(publisher)).batches;
  /** Creates an aggregate of three events. `one` refuses the first. */
  async function parked() {
    const subject = randomUUID();
    await announce(subject, 1, 2, 3);
    const [deliveries] = under.replicas;
    const lease = await deliveries.lease('one');
    const [first, ...rest] = lease.batches[0] ?? [];
    await deliveries.parkDelivery(lease, first?.deliveryId ?? '', 'too large');
    await deliveries.release(
      lease,
      rest.map(({ deliveryId }) => deliveryId),
      -1_000,
    );
    return { subject, event: first?.id ?? '' };
  }

  it('lists parked events with publisher, reason, time and number of blocked events', async () => {
    const { subject, event } = await parked();
    const [only, ...others] = await admin.listParked();
    expect(others).toEqual([]);
    expect(only).toMatchObject({ publisher: 'one', event, subject, sequence: 1, reason: 'too large', held: 3 });
    expect(only).toMatchObject({ type: 'test.happened.v1', aggregateType: 'test' });
    expect(Math.abs((only?.parkedAt.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it('retries a parked event, and its aggregate continues from it', async () => {
    const { event } = await parked();
    expect(await leased()).toEqual([]);
    expect([await admin.retryParked('two'), await admin.retryParked('one', randomUUID())]).toEqual([0, 0]);
    expect(await admin.retryParked('one', event)).toBe(1);
    expect((await leased()).map((run) => run.map(({ sequence }) => sequence))).toEqual([[1, 2, 3]]);
    expect(await admin.listParked()).toEqual([]);
  });

  it('skips a parked event for one publisher, and its aggregate continues after it', async () => {
    const { event } = await parked();
    expect([await admin.skipParked('two', event), await admin.skipParked('one', randomUUID())]).toEqual([false, false]);
    expect(await admin.skipParked('one', event)).toBe(true);
    expect((await leased()).map((run) => run.map(({ sequence }) => sequence))).toEqual([[2, 3]]);
    expect((await leased('two')).map((run) => run.map(({ sequence }) => sequence))).toEqual([[1, 2, 3]]);
  });

  it('does not skip an event that is not parked', async () => {
    await announce(randomUUID(), 1);
    const [[waiting] = []] = await leased();
    expect(await admin.skipParked('one', waiting?.id ?? '')).toBe(false);
  });

  it('replays delivered events by type and time to one publisher in order', async () => {
    const subject = randomUUID();
    await announce(subject, 1, 2);
    await under.database.runInTransaction(() => under.outbox.append(new OtherAggregateHappenedV1(subject, 1)));
    await under.database.execute("update outbox set type = 'other_x.happened.v1' where aggregate_type = 'elsewhere'");
    await under.database.execute("delete from outbox_deliveries where publisher = 'one'");
    const noon = new Date('2026-03-01T12:00:00.000Z');
    expect(await admin.replayEvents('one', { type: 'test.*', until: noon })).toBe(0);
    expect(await admin.replayEvents('one', { type: 'otherxx.*' })).toBe(0);
    expect(await admin.replayEvents('one', { type: 'test.*', since: noon })).toBe(2);
    expect(await admin.replayEvents('one', { type: 'test.*', since: noon }), 'pending events remain').toBe(0);
    expect((await leased()).map((run) => run.map(({ sequence }) => sequence))).toEqual([[1, 2]]);
    expect(await admin.replayEvents('one', {})).toBe(1);
    expect(await under.countDeliveries()).toBe(3 + 3);
  });

  it('replays more events than one chunk', async () => {
    const subject = randomUUID();
    await announce(subject, ...Array.from({ length: 1_100 }, (_, n) => n + 1));
    await under.database.execute("delete from outbox_deliveries where publisher = 'one'");
    expect(await admin.replayEvents('one', {})).toBe(1_100);
  });
});
