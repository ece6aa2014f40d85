import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATABASES } from '#platform/database/testing';
import { type OutboxDatabase, openOutboxDatabase } from '../testing/outbox-database.js';
import { OtherAggregateHappenedV1, TestHappenedV1 } from '../testing/test-events.js';
import { TypeOrmEventErasure } from './typeorm-event-erasure.js';

describe.each(DATABASES)('TypeOrmEventErasure on %s', (_, fresh) => {
  let under: OutboxDatabase;
  let erasure: TypeOrmEventErasure;
  beforeAll(async () => {
    under = await openOutboxDatabase(fresh, ['one', 'two']);
    erasure = new TypeOrmEventErasure(under.database);
  });
  afterAll(() => under.drop());

  const append = (event: TestHappenedV1) => under.database.runInTransaction(() => under.outbox.append(event));
  const kept = async (subject: string) => {
    const rows = await under.database.query<{ readonly payload: string }>(
      'select payload as payload from outbox where aggregate_id = ? order by aggregate_type, sequence',
      [subject],
    );
    return rows.map(({ payload }) => JSON.parse(payload) as { sequence: number; data: object });
  };

  it('deletes delivered events and redacts personal data in pending events', async () => {
    const [mia, zoe] = [randomUUID(), randomUUID()];
    const data = { email: 'mia@example.org', firstName: 'Mia', version: 1 };
    for (const sequence of [1, 2, 3]) await append(new TestHappenedV1(mia, sequence, { data }));
    for (const subject of [mia, zoe]) await append(new OtherAggregateHappenedV1(subject, 9, { data }));
    const taken = 'delete from outbox_deliveries where aggregate_type = ? and aggregate_id = ? and sequence = ?';
    await under.database.execute(taken, ['test', mia, 1]);
    await under.database.execute(`${taken} and publisher = ?`, ['test', mia, 2, 'one']);
    await under.database.runInTransaction(() => erasure.erase('test', mia, ['email', 'firstName', 'phone']));
    const redacted = { email: null, firstName: null, version: 1 };
    expect((await kept(mia)).map((event) => [event.sequence, event.data])).toEqual([
      [9, data],
      [2, redacted],
      [3, redacted],
    ]);
    expect((await kept(zoe)).map((event) => event.data)).toEqual([data]);
  });
});
