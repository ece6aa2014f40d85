import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deliveryIdsOf, sequencesOf, setUpDeliveriesFixture } from '../testing/deliveries-fixture.js';
import type { OutboxDatabase } from '../testing/outbox-database.js';
import { TestHappenedV1 } from '../testing/test-events.js';
import type { Lease } from './outbox-deliveries.js';

/** What `Deliveries` must do, on every database, with what came in bulk. */
export function outboxBulkDeliveriesContract(name: string, open: () => Promise<OutboxDatabase>): void {
  describe(`Deliveries on ${name} that were appended in bulk`, () => {
    const bench = setUpDeliveriesFixture(open);
    const { appendEvents } = bench;
    const appendInBulk = (subjects: readonly string[]) =>
      bench.outboxDatabase.database.runInTransaction(() =>
        bench.outboxDatabase.outbox.appendInBulk(subjects.map((subject) => new TestHappenedV1(subject, 1))),
      );
    const sortedUuids = (count: number) => Array.from({ length: count }, () => randomUUID()).sort();
    const subjectsOf = (lease: Lease) => lease.batches.map(([head]) => head?.subject ?? '');

    it('is waited for, and comes to its publishers', async () => {
      const [subject = ''] = sortedUuids(1);
      await appendInBulk([subject]);
      expect(await bench.firstReplica.findPendingPublishers(['two', 'one', 'three'])).toEqual(['two', 'one']);
      const lease = await bench.firstReplica.lease('one');
      expect(subjectsOf(lease)).toEqual([subject]);
      await bench.firstReplica.deleteDelivered(lease, deliveryIdsOf(lease));
      expect(await bench.firstReplica.findPendingPublishers(['two', 'one'])).toEqual(['two']);
    });

    it('holds up nothing live: half of the places are never for it, and what is live is found at once', async () => {
      await appendInBulk(sortedUuids(400));
      const first = await bench.firstReplica.lease('one');
      expect(first.batches).toHaveLength(50);
      expect((await bench.firstReplica.lease('one', 50)).batches).toHaveLength(0);
      const live = sortedUuids(60);
      for (const subject of live) await appendEvents(subject, 1);
      expect(subjectsOf(await bench.secondReplica.lease('one', 50))).toEqual(live.slice(0, 50));
      expect(subjectsOf(await bench.secondReplica.lease('one', 50))).toEqual(live.slice(50));
    });

    it('comes to an end, with live events beside it', async () => {
      const [bulk, live] = [sortedUuids(230), sortedUuids(30)];
      await appendInBulk(bulk);
      for (const subject of live) await appendEvents(subject, 1);
      const seen: string[] = [];
      for (let more = true; more; ) {
        const lease = await bench.firstReplica.lease('one');
        seen.push(...subjectsOf(lease));
        await bench.firstReplica.deleteDelivered(lease, deliveryIdsOf(lease));
        more = lease.hasMore;
      }
      expect(seen.slice(0, 50), 'in the first lease').toEqual(expect.arrayContaining(live));
      expect(seen.toSorted()).toEqual([...live, ...bulk].sort());
    });

    it('is tried with one place, too, so that a publisher comes out of its trouble', async () => {
      await appendInBulk(sortedUuids(3));
      expect((await bench.firstReplica.lease('one', 1)).batches).toHaveLength(1);
    });

    it('M18 goes before what its aggregate did since, whoever holds it', async () => {
      const [subject = '', ...others] = sortedUuids(80).reverse();
      await appendInBulk([subject, ...others]);
      await appendEvents(subject, 2, 3);
      expect((await bench.secondReplica.lease('one', 50)).batches, 'it moves to the front').toEqual([]);
      const first = await bench.firstReplica.lease('one', 50);
      expect(subjectsOf(first)).toEqual([subject]);
      expect(sequencesOf(first)).toEqual([[1, 2, 3]]);
      expect((await bench.secondReplica.lease('one', 50)).batches).toEqual([]);
    });

    it('M18 is held by one alone, also when it is on its way and its aggregate goes on', async () => {
      const [subject = ''] = sortedUuids(1);
      await appendInBulk([subject]);
      const held = await bench.firstReplica.lease('one');
      await appendEvents(subject, 2);
      for (let n = 0; n < 3; n++) expect((await bench.secondReplica.lease('one')).batches).toEqual([]);
      await bench.firstReplica.deleteDelivered(held, deliveryIdsOf(held));
      expect(sequencesOf(await bench.secondReplica.lease('one'))).toEqual([[2]]);
    });
  });
}
