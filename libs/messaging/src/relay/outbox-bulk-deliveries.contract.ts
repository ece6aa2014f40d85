import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deliveryIdsOf, sequencesOf, setUpDeliveriesFixture } from '../testing/deliveries-fixture.js';
import type { OutboxDatabase } from '../testing/outbox-database.js';
import { TestHappenedV1 } from '../testing/test-events.js';
import type { Lease } from './outbox-deliveries.js';

/** The contract of `OutboxDeliveries` for bulk events on every database. */
export function outboxBulkDeliveriesContract(name: string, open: () => Promise<OutboxDatabase>): void {
  describe(`OutboxDeliveries on ${name} with bulk events`, () => {
    const fixture = setUpDeliveriesFixture(open);
    const { appendEvents } = fixture;
    const appendInBulk = (subjects: readonly string[]) =>
      fixture.outboxDatabase.database.runInTransaction(() =>
        fixture.outboxDatabase.outbox.appendInBulk(subjects.map((subject) => new TestHappenedV1(subject, 1))),
      );
    const sortedUuids = (count: number) => Array.from({ length: count }, () => randomUUID()).sort();
    const subjectsOf = (lease: Lease) => lease.batches.map(([head]) => head?.subject ?? '');

    it('reports bulk events as pending and leases them to their publishers', async () => {
      const [subject = ''] = sortedUuids(1);
      await appendInBulk([subject]);
      expect(await fixture.firstReplica.findPendingPublishers(['two', 'one', 'three'])).toEqual(['two', 'one']);
      const lease = await fixture.firstReplica.lease('one');
      expect(subjectsOf(lease)).toEqual([subject]);
      await fixture.firstReplica.deleteDelivered(lease, deliveryIdsOf(lease));
      expect(await fixture.firstReplica.findPendingPublishers(['two', 'one'])).toEqual(['two']);
    });

    it('leases live events first and reserves half of the capacity for them', async () => {
      await appendInBulk(sortedUuids(400));
      const first = await fixture.firstReplica.lease('one');
      expect(first.batches).toHaveLength(50);
      expect((await fixture.firstReplica.lease('one', 50)).batches).toHaveLength(0);
      const live = sortedUuids(60);
      for (const subject of live) await appendEvents(subject, 1);
      expect(subjectsOf(await fixture.secondReplica.lease('one', 50))).toEqual(live.slice(0, 50));
      expect(subjectsOf(await fixture.secondReplica.lease('one', 50))).toEqual(live.slice(50));
    });

    it('leases all bulk events while live events arrive', async () => {
      const [bulk, live] = [sortedUuids(230), sortedUuids(30)];
      await appendInBulk(bulk);
      for (const subject of live) await appendEvents(subject, 1);
      const seen: string[] = [];
      for (let more = true; more; ) {
        const lease = await fixture.firstReplica.lease('one');
        seen.push(...subjectsOf(lease));
        await fixture.firstReplica.deleteDelivered(lease, deliveryIdsOf(lease));
        more = lease.hasMore;
      }
      expect(seen.slice(0, 50), 'in the first lease').toEqual(expect.arrayContaining(live));
      expect(seen.toSorted()).toEqual([...live, ...bulk].sort());
    });

    it('leases a bulk event when one aggregate is requested, so that a failing publisher recovers', async () => {
      await appendInBulk(sortedUuids(3));
      expect((await fixture.firstReplica.lease('one', 1)).batches).toHaveLength(1);
    });

    it('leases bulk events before later live events of the same aggregate [M18]', async () => {
      const [subject = '', ...others] = sortedUuids(80).reverse();
      await appendInBulk([subject, ...others]);
      await appendEvents(subject, 2, 3);
      expect((await fixture.secondReplica.lease('one', 50)).batches, 'it moves to the live events').toEqual([]);
      const first = await fixture.firstReplica.lease('one', 50);
      expect(subjectsOf(first)).toEqual([subject]);
      expect(sequencesOf(first)).toEqual([[1, 2, 3]]);
      expect((await fixture.secondReplica.lease('one', 50)).batches).toEqual([]);
    });

    it('leases an aggregate to one process while its bulk events are in flight [M18]', async () => {
      const [subject = ''] = sortedUuids(1);
      await appendInBulk([subject]);
      const lease = await fixture.firstReplica.lease('one');
      await appendEvents(subject, 2);
      for (let n = 0; n < 3; n++) expect((await fixture.secondReplica.lease('one')).batches).toEqual([]);
      await fixture.firstReplica.deleteDelivered(lease, deliveryIdsOf(lease));
      expect(sequencesOf(await fixture.secondReplica.lease('one'))).toEqual([[2]]);
    });
  });
}
