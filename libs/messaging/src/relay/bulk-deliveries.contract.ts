import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deliveriesBench, idsOf, sequencesOf } from '../testing/deliveries-bench.js';
import type { OutboxDatabase } from '../testing/outbox-database.js';
import { SomethingHappenedV1 } from '../testing/something-happened.js';
import type { Lease } from './deliveries.js';

/** What `Deliveries` must do, on every database, with what came in bulk. */
export function bulkDeliveriesContract(name: string, open: () => Promise<OutboxDatabase>): void {
  describe(`Deliveries on ${name} that were appended in bulk`, () => {
    const bench = deliveriesBench(open);
    const { announce } = bench;
    const inBulk = (subjects: readonly string[]) =>
      bench.under.database.transaction(() =>
        bench.under.outbox.appendInBulk(subjects.map((subject) => new SomethingHappenedV1(subject, 1))),
      );
    const many = (count: number) => Array.from({ length: count }, () => randomUUID()).sort();
    const subjectsOf = (lease: Lease) => lease.runs.map(([head]) => head?.subject ?? '');

    it('is waited for, and comes to its publishers', async () => {
      const [subject = ''] = many(1);
      await inBulk([subject]);
      expect(await bench.one.pending(['two', 'one', 'three'])).toEqual(['two', 'one']);
      const lease = await bench.one.lease('one');
      expect(subjectsOf(lease)).toEqual([subject]);
      await bench.one.delivered(lease, idsOf(lease));
      expect(await bench.one.pending(['two', 'one'])).toEqual(['two']);
    });

    it('holds up nothing live: half of the places are never for it, and what is live is found at once', async () => {
      await inBulk(many(400));
      const first = await bench.one.lease('one');
      expect(first.runs).toHaveLength(50);
      expect((await bench.one.lease('one', 50)).runs).toHaveLength(0);
      const live = many(60);
      for (const subject of live) await announce(subject, 1);
      expect(subjectsOf(await bench.other.lease('one', 50))).toEqual(live.slice(0, 50));
      expect(subjectsOf(await bench.other.lease('one', 50))).toEqual(live.slice(50));
    });

    it('comes to an end, with live events beside it', async () => {
      const [bulk, live] = [many(230), many(30)];
      await inBulk(bulk);
      for (const subject of live) await announce(subject, 1);
      const seen: string[] = [];
      for (let more = true; more; ) {
        const lease = await bench.one.lease('one');
        seen.push(...subjectsOf(lease));
        await bench.one.delivered(lease, idsOf(lease));
        more = lease.more;
      }
      expect(seen.slice(0, 50), 'in the first lease').toEqual(expect.arrayContaining(live));
      expect(seen.toSorted()).toEqual([...live, ...bulk].sort());
    });

    it('is tried with one place, too, so that a publisher comes out of its trouble', async () => {
      await inBulk(many(3));
      expect((await bench.one.lease('one', 1)).runs).toHaveLength(1);
    });

    it('M18 goes before what its aggregate did since, whoever holds it', async () => {
      const [subject = '', ...others] = many(80).reverse();
      await inBulk([subject, ...others]);
      await announce(subject, 2, 3);
      expect((await bench.other.lease('one', 50)).runs, 'it moves to the front').toEqual([]);
      const first = await bench.one.lease('one', 50);
      expect(subjectsOf(first)).toEqual([subject]);
      expect(sequencesOf(first)).toEqual([[1, 2, 3]]);
      expect((await bench.other.lease('one', 50)).runs).toEqual([]);
    });

    it('M18 is held by one alone, also when it is on its way and its aggregate goes on', async () => {
      const [subject = ''] = many(1);
      await inBulk([subject]);
      const held = await bench.one.lease('one');
      await announce(subject, 2);
      for (let n = 0; n < 3; n++) expect((await bench.other.lease('one')).runs).toEqual([]);
      await bench.one.delivered(held, idsOf(held));
      expect(sequencesOf(await bench.other.lease('one'))).toEqual([[2]]);
    });
  });
}
