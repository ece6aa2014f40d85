import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { deliveryIdsOf, sequencesOf, setUpDeliveriesFixture } from '../testing/deliveries-fixture.js';
import { expireLeases, type OutboxDatabase } from '../testing/outbox-database.js';
import { OtherAggregateHappenedV1, TestHappenedV1 } from '../testing/test-events.js';

/** What `Deliveries` must do on every database. The outbox has the publishers `one` and `two`. */
export function outboxDeliveriesContract(name: string, open: () => Promise<OutboxDatabase>): void {
  describe(`Deliveries on ${name}`, () => {
    const bench = setUpDeliveriesFixture(open);
    const { appendEvents } = bench;

    it('has nothing to give when nothing was announced', async () => {
      expect((await bench.firstReplica.lease('one')).batches).toEqual([]);
      expect(await bench.firstReplica.findPendingPublishers(['one', 'two'])).toEqual([]);
    });

    it('gives each aggregate as one run, in order, with everything a publisher needs', async () => {
      const [a, b] = [randomUUID(), randomUUID()].sort();
      await appendEvents(a as string, 1, 2, 3);
      await appendEvents(b as string, 1);
      const lease = await bench.firstReplica.lease('one');
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

    it('keeps aggregates of two kinds with the same id apart', async () => {
      const subject = randomUUID();
      await appendEvents(subject, 1);
      await bench.outboxDatabase.database.runInTransaction(() =>
        bench.outboxDatabase.outbox.append(new OtherAggregateHappenedV1(subject, 1)),
      );
      expect(sequencesOf(await bench.firstReplica.lease('one'))).toEqual([[1], [1]]);
    });

    it('M18 gives nothing of an aggregate that somebody holds, also not what comes later', async () => {
      const subject = randomUUID();
      await appendEvents(subject, 1, 2);
      await bench.firstReplica.lease('one');
      await appendEvents(subject, 3);
      expect((await bench.secondReplica.lease('one')).batches).toEqual([]);
    });

    it('gives what came later when what was held is delivered', async () => {
      const subject = randomUUID();
      await appendEvents(subject, 1, 2);
      const lease = await bench.firstReplica.lease('one');
      await appendEvents(subject, 3);
      await bench.firstReplica.deleteDelivered(lease, deliveryIdsOf(lease));
      expect(sequencesOf(await bench.secondReplica.lease('one'))).toEqual([[3]]);
    });

    it('M17 gives what was committed late, whatever was delivered before', async () => {
      const [early, late] = [randomUUID(), randomUUID()];
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      const slow = bench.outboxDatabase.database.runInTransaction(async () => {
        await bench.outboxDatabase.outbox.append(new TestHappenedV1(late, 1));
        await gate;
      });
      await sleep(30);
      await appendEvents(early, 1);
      const first = await bench.firstReplica.lease('one');
      expect(first.batches.flat().map(({ subject }) => subject)).toEqual([early]);
      await bench.firstReplica.deleteDelivered(first, deliveryIdsOf(first));
      release();
      await slow;
      expect((await bench.firstReplica.lease('one')).batches.flat().map(({ subject }) => subject)).toEqual([late]);
    });

    it('gives a long aggregate in runs of a hundred, one after the other', async () => {
      const subject = randomUUID();
      await appendEvents(subject, ...Array.from({ length: 130 }, (_, n) => n + 1));
      const lease = await bench.firstReplica.lease('one');
      expect(lease.batches.map(({ length }) => length)).toEqual([100]);
      expect((await bench.secondReplica.lease('one')).batches).toEqual([]);
      await bench.firstReplica.deleteDelivered(lease, deliveryIdsOf(lease));
      expect(sequencesOf(await bench.secondReplica.lease('one'))[0]).toEqual(
        Array.from({ length: 30 }, (_, n) => n + 101),
      );
    });

    it('keeps publishers apart', async () => {
      const subject = randomUUID();
      await appendEvents(subject, 1);
      const lease = await bench.firstReplica.lease('one');
      await bench.firstReplica.deleteDelivered(lease, deliveryIdsOf(lease));
      expect(sequencesOf(await bench.firstReplica.lease('two'))).toEqual([[1]]);
      expect((await bench.firstReplica.lease('three')).batches).toEqual([]);
    });

    it('KP-O1 lets a peer take over what was leased and never finished', async () => {
      const subject = randomUUID();
      await appendEvents(subject, 1, 2);
      await bench.firstReplica.lease('one');
      expect((await bench.secondReplica.lease('one')).batches).toEqual([]);
      await expireLeases(bench.outboxDatabase);
      const takenOver = await bench.secondReplica.lease('one');
      expect(sequencesOf(takenOver)).toEqual([[1, 2]]);
      await bench.secondReplica.deleteDelivered(takenOver, deliveryIdsOf(takenOver));
      expect(await bench.outboxDatabase.countDeliveries()).toBe(1 + 1);
    });

    it('FM-H1 lets no one who slept through his lease take anything away', async () => {
      const subject = randomUUID();
      await appendEvents(subject, 1, 2);
      const slept = await bench.firstReplica.lease('one');
      await expireLeases(bench.outboxDatabase);
      const takenOver = await bench.secondReplica.lease('one');
      await bench.firstReplica.deleteDelivered(slept, deliveryIdsOf(slept));
      expect(await bench.outboxDatabase.countDeliveries(), 'of both publishers').toBe(2 * 2);
      await bench.firstReplica.release(slept, deliveryIdsOf(slept), -1_000);
      expect((await bench.firstReplica.lease('one')).batches).toEqual([]);
      await bench.secondReplica.deleteDelivered(takenOver, deliveryIdsOf(takenOver));
      expect(await bench.outboxDatabase.countDeliveries()).toBe(2);
    });

    it('tells which publishers something waits for, held or not', async () => {
      expect(await bench.firstReplica.findPendingPublishers(['two', 'one'])).toEqual([]);
      await appendEvents(randomUUID(), 1);
      await bench.firstReplica.lease('one');
      expect(await bench.firstReplica.findPendingPublishers(['two', 'one', 'three'])).toEqual(['two', 'one']);
      expect(await bench.firstReplica.findPendingPublishers([])).toEqual([]);
    });

    it('LD-09 comes to every aggregate, many and long ones alike, so many at a time as asked for', async () => {
      const [long, short] = [20, 250].map((count) => Array.from({ length: count }, () => randomUUID()).sort());
      for (const subject of long ?? []) await appendEvents(subject, ...Array.from({ length: 120 }, (_, n) => n + 1));
      for (const subject of short ?? []) await appendEvents(subject, 1);
      const seen: string[] = [];
      for (let more = true; more; ) {
        const lease = await bench.firstReplica.lease('one', 70);
        expect(lease.batches.length).toBeLessThanOrEqual(70);
        seen.push(...lease.batches.map(([head]) => head?.subject ?? ''));
        more = lease.hasMore;
      }
      expect(seen.toSorted()).toEqual([...(long ?? []), ...(short ?? [])].sort());
    });

    it('takes back the rest of a run, and gives it again after a while, in order', async () => {
      const subject = randomUUID();
      await appendEvents(subject, 1, 2, 3);
      const lease = await bench.firstReplica.lease('one');
      const [first = '', ...rest] = deliveryIdsOf(lease);
      await bench.firstReplica.release(lease, rest, 1_000);
      await bench.firstReplica.deleteDelivered(lease, [first]);
      expect((await bench.secondReplica.lease('one')).batches).toEqual([]);
      await sleep(1_020);
      const again = await bench.secondReplica.lease('one');
      expect(sequencesOf(again)).toEqual([[2, 3]]);
    });

    it('counts the tries of an event', async () => {
      const subject = randomUUID();
      await appendEvents(subject, 1);
      const tries: number[] = [];
      for (let n = 0; n < 3; n++) {
        const lease = await bench.firstReplica.lease('one');
        tries.push(Number(lease.batches[0]?.[0]?.attempts));
        await bench.firstReplica.release(lease, deliveryIdsOf(lease), -1_000);
      }
      expect(tries).toEqual([1, 2, 3]);
    });

    it('gives every aggregate to one of many that ask at once', async () => {
      const subjects = Array.from({ length: 60 }, () => randomUUID());
      for (const subject of subjects) await appendEvents(subject, 1, 2);
      const asking = Array.from({ length: 12 }, (_, n) =>
        bench.outboxDatabase.replicas[n % bench.outboxDatabase.replicas.length]?.lease('one'),
      );
      const runs = (await Promise.all(asking)).flatMap((lease) => lease?.batches ?? []);
      expect(runs.map((run) => run[0]?.subject).sort()).toEqual(subjects.sort());
      expect(runs.every((run) => run.length === 2)).toBe(true);
    });

    it('does nothing for nothing', async () => {
      const lease = await bench.firstReplica.lease('one');
      await bench.firstReplica.deleteDelivered(lease, []);
      await bench.firstReplica.release(lease, [], 0);
      expect(await bench.outboxDatabase.countDeliveries()).toBe(0);
    });
  });
}
