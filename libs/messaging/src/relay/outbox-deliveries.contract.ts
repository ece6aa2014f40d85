import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { deliveryIdsOf, sequencesOf, setUpDeliveriesFixture } from '../testing/deliveries-fixture.js';
import { expireLeases, type OutboxDatabase } from '../testing/outbox-database.js';
import { OtherAggregateHappenedV1, TestHappenedV1 } from '../testing/test-events.js';

/** The contract of `OutboxDeliveries` on every database. The outbox has the publishers `one` and `two`. */
export function outboxDeliveriesContract(name: string, open: () => Promise<OutboxDatabase>): void {
  describe(`OutboxDeliveries on ${name}`, () => {
    const fixture = setUpDeliveriesFixture(open);
    const { appendEvents } = fixture;

    it('leases nothing from an empty outbox', async () => {
      expect((await fixture.firstReplica.lease('one')).batches).toEqual([]);
      expect(await fixture.firstReplica.findPendingPublishers(['one', 'two'])).toEqual([]);
    });

    it('leases each aggregate as one ordered batch with all fields of the envelope', async () => {
      const [a, b] = [randomUUID(), randomUUID()].sort();
      await appendEvents(a as string, 1, 2, 3);
      await appendEvents(b as string, 1);
      const lease = await fixture.firstReplica.lease('one');
      expect(sequencesOf(lease)).toEqual([[1, 2, 3], [1]]);
      const [first] = lease.batches[0] ?? [];
      expect(first).toMatchObject({
        type: 'test.happened.v1',
        subject: a,
        aggregateType: 'test',
        attempts: expect.anything(),
      });
      expect(JSON.parse(first?.payload ?? '')).toMatchObject({ id: first?.id, subject: a, sequence: 1 });
    });

    it('separates aggregates of two types with the same id', async () => {
      const subject = randomUUID();
      await appendEvents(subject, 1);
      await fixture.outboxDatabase.database.runInTransaction(() =>
        fixture.outboxDatabase.outbox.append(new OtherAggregateHappenedV1(subject, 1)),
      );
      expect(sequencesOf(await fixture.firstReplica.lease('one'))).toEqual([[1], [1]]);
    });

    it('does not lease later events of a leased aggregate [M18]', async () => {
      const subject = randomUUID();
      await appendEvents(subject, 1, 2);
      await fixture.firstReplica.lease('one');
      await appendEvents(subject, 3);
      expect((await fixture.secondReplica.lease('one')).batches).toEqual([]);
    });

    it('leases later events after the leased ones are delivered', async () => {
      const subject = randomUUID();
      await appendEvents(subject, 1, 2);
      const lease = await fixture.firstReplica.lease('one');
      await appendEvents(subject, 3);
      await fixture.firstReplica.deleteDelivered(lease, deliveryIdsOf(lease));
      expect(sequencesOf(await fixture.secondReplica.lease('one'))).toEqual([[3]]);
    });

    it('leases an event that is committed late after newer rows were delivered [M17]', async () => {
      const [early, late] = [randomUUID(), randomUUID()];
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      const slow = fixture.outboxDatabase.database.runInTransaction(async () => {
        await fixture.outboxDatabase.outbox.append(new TestHappenedV1(late, 1));
        await gate;
      });
      await sleep(30);
      await appendEvents(early, 1);
      const first = await fixture.firstReplica.lease('one');
      expect(first.batches.flat().map(({ subject }) => subject)).toEqual([early]);
      await fixture.firstReplica.deleteDelivered(first, deliveryIdsOf(first));
      release();
      await slow;
      expect((await fixture.firstReplica.lease('one')).batches.flat().map(({ subject }) => subject)).toEqual([late]);
    });

    it('leases a long aggregate in batches of a hundred', async () => {
      const subject = randomUUID();
      await appendEvents(subject, ...Array.from({ length: 130 }, (_, n) => n + 1));
      const lease = await fixture.firstReplica.lease('one');
      expect(lease.batches.map(({ length }) => length)).toEqual([100]);
      expect((await fixture.secondReplica.lease('one')).batches).toEqual([]);
      await fixture.firstReplica.deleteDelivered(lease, deliveryIdsOf(lease));
      expect(sequencesOf(await fixture.secondReplica.lease('one'))[0]).toEqual(
        Array.from({ length: 30 }, (_, n) => n + 101),
      );
    });

    it('separates publishers', async () => {
      const subject = randomUUID();
      await appendEvents(subject, 1);
      const lease = await fixture.firstReplica.lease('one');
      await fixture.firstReplica.deleteDelivered(lease, deliveryIdsOf(lease));
      expect(sequencesOf(await fixture.firstReplica.lease('two'))).toEqual([[1]]);
      expect((await fixture.firstReplica.lease('three')).batches).toEqual([]);
    });

    it('leases events again to another process after the lease expires [KP-O1]', async () => {
      const subject = randomUUID();
      await appendEvents(subject, 1, 2);
      await fixture.firstReplica.lease('one');
      expect((await fixture.secondReplica.lease('one')).batches).toEqual([]);
      await expireLeases(fixture.outboxDatabase);
      const takenOver = await fixture.secondReplica.lease('one');
      expect(sequencesOf(takenOver)).toEqual([[1, 2]]);
      await fixture.secondReplica.deleteDelivered(takenOver, deliveryIdsOf(takenOver));
      expect(await fixture.outboxDatabase.countDeliveries()).toBe(1 + 1);
    });

    it('ignores deletes and releases with an expired lease [FM-H1]', async () => {
      const subject = randomUUID();
      await appendEvents(subject, 1, 2);
      const slept = await fixture.firstReplica.lease('one');
      await expireLeases(fixture.outboxDatabase);
      const takenOver = await fixture.secondReplica.lease('one');
      await fixture.firstReplica.deleteDelivered(slept, deliveryIdsOf(slept));
      expect(await fixture.outboxDatabase.countDeliveries(), 'for both publishers').toBe(2 * 2);
      await fixture.firstReplica.release(slept, deliveryIdsOf(slept), -1_000);
      expect((await fixture.firstReplica.lease('one')).batches).toEqual([]);
      await fixture.secondReplica.deleteDelivered(takenOver, deliveryIdsOf(takenOver));
      expect(await fixture.outboxDatabase.countDeliveries()).toBe(2);
    });

    it('finds publishers with pending deliveries, leased or not', async () => {
      expect(await fixture.firstReplica.findPendingPublishers(['two', 'one'])).toEqual([]);
      await appendEvents(randomUUID(), 1);
      await fixture.firstReplica.lease('one');
      expect(await fixture.firstReplica.findPendingPublishers(['two', 'one', 'three'])).toEqual(['two', 'one']);
      expect(await fixture.firstReplica.findPendingPublishers([])).toEqual([]);
    });

    it('leases every aggregate in turn, up to the requested number at a time [LD-09]', async () => {
      const [long, short] = [20, 250].map((count) => Array.from({ length: count }, () => randomUUID()).sort());
      for (const subject of long ?? []) await appendEvents(subject, ...Array.from({ length: 120 }, (_, n) => n + 1));
      for (const subject of short ?? []) await appendEvents(subject, 1);
      const seen: string[] = [];
      for (let more = true; more; ) {
        const lease = await fixture.firstReplica.lease('one', 70);
        expect(lease.batches.length).toBeLessThanOrEqual(70);
        seen.push(...lease.batches.map(([head]) => head?.subject ?? ''));
        more = lease.hasMore;
      }
      expect(seen.toSorted()).toEqual([...(long ?? []), ...(short ?? [])].sort());
    });

    it('leases a released batch again in order after the delay', async () => {
      const subject = randomUUID();
      await appendEvents(subject, 1, 2, 3);
      const lease = await fixture.firstReplica.lease('one');
      const [first = '', ...rest] = deliveryIdsOf(lease);
      await fixture.firstReplica.release(lease, rest, 1_000);
      await fixture.firstReplica.deleteDelivered(lease, [first]);
      expect((await fixture.secondReplica.lease('one')).batches).toEqual([]);
      await sleep(1_020);
      const again = await fixture.secondReplica.lease('one');
      expect(sequencesOf(again)).toEqual([[2, 3]]);
    });

    it('counts the attempts of an event', async () => {
      const subject = randomUUID();
      await appendEvents(subject, 1);
      const tries: number[] = [];
      for (let n = 0; n < 3; n++) {
        const lease = await fixture.firstReplica.lease('one');
        tries.push(Number(lease.batches[0]?.[0]?.attempts));
        await fixture.firstReplica.release(lease, deliveryIdsOf(lease), -1_000);
      }
      expect(tries).toEqual([1, 2, 3]);
    });

    it('leases every aggregate to one of many concurrent callers', async () => {
      const subjects = Array.from({ length: 60 }, () => randomUUID());
      for (const subject of subjects) await appendEvents(subject, 1, 2);
      const asking = Array.from({ length: 12 }, (_, n) =>
        fixture.outboxDatabase.replicas[n % fixture.outboxDatabase.replicas.length]?.lease('one'),
      );
      const runs = (await Promise.all(asking)).flatMap((lease) => lease?.batches ?? []);
      expect(runs.map((run) => run[0]?.subject).sort()).toEqual(subjects.sort());
      expect(runs.every((run) => run.length === 2)).toBe(true);
    });

    it('does nothing for empty lists', async () => {
      const lease = await fixture.firstReplica.lease('one');
      await fixture.firstReplica.deleteDelivered(lease, []);
      await fixture.firstReplica.release(lease, [], 0);
      expect(await fixture.outboxDatabase.countDeliveries()).toBe(0);
    });
  });
}
