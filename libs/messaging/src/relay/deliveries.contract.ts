import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { deliveriesBench, idsOf, sequencesOf } from '../testing/deliveries-bench.js';
import { endLeases, type OutboxDatabase } from '../testing/outbox-database.js';
import { ElsewhereHappenedV1, SomethingHappenedV1 } from '../testing/something-happened.js';

/** What `Deliveries` must do on every database. The outbox has the publishers `one` and `two`. */
export function deliveriesContract(name: string, open: () => Promise<OutboxDatabase>): void {
  describe(`Deliveries on ${name}`, () => {
    const bench = deliveriesBench(open);
    const { announce } = bench;

    it('has nothing to give when nothing was announced', async () => {
      expect((await bench.one.lease('one')).runs).toEqual([]);
      expect(await bench.one.pending(['one', 'two'])).toEqual([]);
    });

    it('gives each aggregate as one run, in order, with everything a publisher needs', async () => {
      const [a, b] = [randomUUID(), randomUUID()].sort();
      await announce(a as string, 1, 2, 3);
      await announce(b as string, 1);
      const lease = await bench.one.lease('one');
      expect(sequencesOf(lease)).toEqual([[1, 2, 3], [1]]);
      const [first] = lease.runs[0] ?? [];
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
      await announce(subject, 1);
      await bench.under.database.transaction(() => bench.under.outbox.append(new ElsewhereHappenedV1(subject, 1)));
      expect(sequencesOf(await bench.one.lease('one'))).toEqual([[1], [1]]);
    });

    it('M18 gives nothing of an aggregate that somebody holds, also not what comes later', async () => {
      const subject = randomUUID();
      await announce(subject, 1, 2);
      await bench.one.lease('one');
      await announce(subject, 3);
      expect((await bench.other.lease('one')).runs).toEqual([]);
    });

    it('gives what came later when what was held is delivered', async () => {
      const subject = randomUUID();
      await announce(subject, 1, 2);
      const lease = await bench.one.lease('one');
      await announce(subject, 3);
      await bench.one.delivered(lease, idsOf(lease));
      expect(sequencesOf(await bench.other.lease('one'))).toEqual([[3]]);
    });

    it('M17 gives what was committed late, whatever was delivered before', async () => {
      const [early, late] = [randomUUID(), randomUUID()];
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      const slow = bench.under.database.transaction(async () => {
        await bench.under.outbox.append(new SomethingHappenedV1(late, 1));
        await gate;
      });
      await sleep(30);
      await announce(early, 1);
      const first = await bench.one.lease('one');
      expect(first.runs.flat().map(({ subject }) => subject)).toEqual([early]);
      await bench.one.delivered(first, idsOf(first));
      release();
      await slow;
      expect((await bench.one.lease('one')).runs.flat().map(({ subject }) => subject)).toEqual([late]);
    });

    it('gives a long aggregate in runs of a hundred, one after the other', async () => {
      const subject = randomUUID();
      await announce(subject, ...Array.from({ length: 130 }, (_, n) => n + 1));
      const lease = await bench.one.lease('one');
      expect(lease.runs.map(({ length }) => length)).toEqual([100]);
      expect((await bench.other.lease('one')).runs).toEqual([]);
      await bench.one.delivered(lease, idsOf(lease));
      expect(sequencesOf(await bench.other.lease('one'))[0]).toEqual(Array.from({ length: 30 }, (_, n) => n + 101));
    });

    it('keeps publishers apart', async () => {
      const subject = randomUUID();
      await announce(subject, 1);
      const lease = await bench.one.lease('one');
      await bench.one.delivered(lease, idsOf(lease));
      expect(sequencesOf(await bench.one.lease('two'))).toEqual([[1]]);
      expect((await bench.one.lease('three')).runs).toEqual([]);
    });

    it('KP-O1 lets a peer take over what was leased and never finished', async () => {
      const subject = randomUUID();
      await announce(subject, 1, 2);
      await bench.one.lease('one');
      expect((await bench.other.lease('one')).runs).toEqual([]);
      await endLeases(bench.under);
      const takenOver = await bench.other.lease('one');
      expect(sequencesOf(takenOver)).toEqual([[1, 2]]);
      await bench.other.delivered(takenOver, idsOf(takenOver));
      expect(await bench.under.depth()).toBe(1 + 1);
    });

    it('FM-H1 lets no one who slept through his lease take anything away', async () => {
      const subject = randomUUID();
      await announce(subject, 1, 2);
      const slept = await bench.one.lease('one');
      await endLeases(bench.under);
      const takenOver = await bench.other.lease('one');
      await bench.one.delivered(slept, idsOf(slept));
      expect(await bench.under.depth(), 'of both publishers').toBe(2 * 2);
      await bench.one.giveBack(slept, idsOf(slept), -1_000);
      expect((await bench.one.lease('one')).runs).toEqual([]);
      await bench.other.delivered(takenOver, idsOf(takenOver));
      expect(await bench.under.depth()).toBe(2);
    });

    it('tells which publishers something waits for, held or not', async () => {
      expect(await bench.one.pending(['two', 'one'])).toEqual([]);
      await announce(randomUUID(), 1);
      await bench.one.lease('one');
      expect(await bench.one.pending(['two', 'one', 'three'])).toEqual(['two', 'one']);
      expect(await bench.one.pending([])).toEqual([]);
    });

    it('LD-09 comes to every aggregate, many and long ones alike, so many at a time as asked for', async () => {
      const [long, short] = [20, 250].map((count) => Array.from({ length: count }, () => randomUUID()).sort());
      for (const subject of long ?? []) await announce(subject, ...Array.from({ length: 120 }, (_, n) => n + 1));
      for (const subject of short ?? []) await announce(subject, 1);
      const seen: string[] = [];
      for (let more = true; more; ) {
        const lease = await bench.one.lease('one', 70);
        expect(lease.runs.length).toBeLessThanOrEqual(70);
        seen.push(...lease.runs.map(([head]) => head?.subject ?? ''));
        more = lease.more;
      }
      expect(seen.toSorted()).toEqual([...(long ?? []), ...(short ?? [])].sort());
    });

    it('takes back the rest of a run, and gives it again after a while, in order', async () => {
      const subject = randomUUID();
      await announce(subject, 1, 2, 3);
      const lease = await bench.one.lease('one');
      const [first = '', ...rest] = idsOf(lease);
      await bench.one.giveBack(lease, rest, 1_000);
      await bench.one.delivered(lease, [first]);
      expect((await bench.other.lease('one')).runs).toEqual([]);
      await sleep(1_020);
      const again = await bench.other.lease('one');
      expect(sequencesOf(again)).toEqual([[2, 3]]);
    });

    it('counts the tries of an event', async () => {
      const subject = randomUUID();
      await announce(subject, 1);
      const tries: number[] = [];
      for (let n = 0; n < 3; n++) {
        const lease = await bench.one.lease('one');
        tries.push(Number(lease.runs[0]?.[0]?.attempts));
        await bench.one.giveBack(lease, idsOf(lease), -1_000);
      }
      expect(tries).toEqual([1, 2, 3]);
    });

    it('gives every aggregate to one of many that ask at once', async () => {
      const subjects = Array.from({ length: 60 }, () => randomUUID());
      for (const subject of subjects) await announce(subject, 1, 2);
      const asking = Array.from({ length: 12 }, (_, n) =>
        bench.under.replicas[n % bench.under.replicas.length]?.lease('one'),
      );
      const runs = (await Promise.all(asking)).flatMap((lease) => lease?.runs ?? []);
      expect(runs.map((run) => run[0]?.subject).sort()).toEqual(subjects.sort());
      expect(runs.every((run) => run.length === 2)).toBe(true);
    });

    it('does nothing for nothing', async () => {
      const lease = await bench.one.lease('one');
      await bench.one.delivered(lease, []);
      await bench.one.giveBack(lease, [], 0);
      expect(await bench.under.depth()).toBe(0);
    });
  });
}
