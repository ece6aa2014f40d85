import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { DATABASES } from '#platform/database/testing';
import { type OutboxDatabase, openOutboxDatabase } from '../testing/outbox-database.js';
import { TestHappenedV1 } from '../testing/test-events.js';
import { OutboxCleanupTask } from './outbox-cleanup-task.js';

const DAY = 24 * 3_600_000;

describe.each(DATABASES)('OutboxCleanupTask on %s', (_, fresh) => {
  let under: OutboxDatabase;
  beforeAll(async () => {
    under = await openOutboxDatabase(fresh, ['one', 'two']);
  });
  afterAll(() => under.drop());

  it('deletes events after 14 days unless a delivery is pending', async () => {
    const [taken, waiting] = [randomUUID(), randomUUID()];
    for (const subject of [taken, waiting])
      await under.database.runInTransaction(() => under.outbox.append(new TestHappenedV1(subject, 1)));
    await under.database.execute('delete from outbox_deliveries where aggregate_id = ?', [taken]);
    await under.database.execute('delete from outbox_deliveries where publisher = ?', ['one']);
    // A publisher that is no longer configured.
    await under.database.execute('update outbox_deliveries set publisher = ? where publisher = ?', ['zebra', 'two']);
    const clock = new FixedClock();
    const purge = new OutboxCleanupTask(under.database, clock);
    await clock.pause(14 * DAY);
    expect(await purge.run()).toBe(0);
    await clock.pause(1);
    expect([await purge.run(), await purge.run()]).toEqual([1, 0]);
    const left = await under.database.query('select aggregate_id as id from outbox');
    expect(left).toEqual([{ id: waiting }]);
  });
});
