import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { DATABASES } from '#platform/database/testing';
import { type OutboxDatabase, openOutbox } from '../testing/outbox-database.js';
import { SomethingHappenedV1 } from '../testing/something-happened.js';
import { Backlog } from './backlog.js';

describe.each(DATABASES)('Backlog on %s', (_, fresh) => {
  let under: OutboxDatabase;
  beforeAll(async () => {
    under = await openOutbox(fresh, ['one', 'two']);
  });
  afterAll(() => under.drop());

  it('tells of each publisher how many wait, since when the oldest does, and how many are parked', async () => {
    const clock = new FixedClock();
    const backlog = new Backlog(under.database, clock);
    expect(await backlog.read()).toEqual([]);
    const subject = randomUUID();
    await under.database.transaction(async () => {
      for (const sequence of [1, 2, 3]) await under.outbox.append(new SomethingHappenedV1(subject, sequence));
    });
    const [deliveries] = under.replicas;
    const lease = await deliveries.lease('two');
    const [first, second] = lease.runs[0] ?? [];
    await deliveries.delivered(lease, [first?.deliveryId ?? '']);
    await deliveries.park(lease, second?.deliveryId ?? '', 'too large');
    clock.advance(90_000);
    expect(await backlog.read()).toEqual([
      { publisher: 'one', depth: 3, parked: 0, oldestSeconds: 90 },
      { publisher: 'two', depth: 2, parked: 1, oldestSeconds: 90 },
    ]);
  });
});
