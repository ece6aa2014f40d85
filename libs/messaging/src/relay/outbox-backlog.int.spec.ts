import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { DATABASES } from '#platform/database/testing';
import { type OutboxDatabase, openOutboxDatabase } from '../testing/outbox-database.js';
import { TestHappenedV1 } from '../testing/test-events.js';
import { OutboxBacklog } from './outbox-backlog.js';

describe.each(DATABASES)('OutboxBacklog on %s', (_, fresh) => {
  let under: OutboxDatabase;
  beforeAll(async () => {
    under = await openOutboxDatabase(fresh, ['one', 'two']);
  });
  afterAll(() => under.drop());

  it('returns depth, age of the oldest event and parked events per publisher', async () => {
    const clock = new FixedClock();
    const backlog = new OutboxBacklog(under.database, clock);
    expect(await backlog.readByPublisher()).toEqual([]);
    const subject = randomUUID();
    await under.database.runInTransaction(async () => {
      for (const sequence of [1, 2, 3]) await under.outbox.append(new TestHappenedV1(subject, sequence));
    });
    const [deliveries] = under.replicas;
    const lease = await deliveries.lease('two');
    const [first, second] = lease.batches[0] ?? [];
    await deliveries.deleteDelivered(lease, [first?.deliveryId ?? '']);
    await deliveries.parkDelivery(lease, second?.deliveryId ?? '', 'too large');
    clock.advance(90_000);
    expect(await backlog.readByPublisher()).toEqual([
      { publisher: 'one', depth: 3, parked: 0, oldestSeconds: 90 },
      { publisher: 'two', depth: 2, parked: 1, oldestSeconds: 90 },
    ]);
  });
});
