import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OutboxDatabase } from '../testing/outbox-database.js';
import { ElsewhereHappenedV1, SomethingHappenedV1 } from '../testing/something-happened.js';
import type { Deliveries, Lease } from './deliveries.js';

/** As if the thirty seconds of every lease were over. */
export async function endLeases({ database }: OutboxDatabase): Promise<void> {
  await database.execute('update outbox_deliveries set lease_until = 1 where lease_until > 0');
}

const idsOf = (lease: Lease) => lease.runs.flat().map(({ deliveryId }) => deliveryId);
const sequencesOf = (lease: Lease) => lease.runs.map((run) => run.map(({ sequence }) => sequence));

/** What `Deliveries` must do on every database. The outbox has the publishers `one` and `two`. */
export function deliveriesContract(name: string, open: () => Promise<OutboxDatabase>): void {
  describe(`Deliveries on ${name}`, () => {
    let under: OutboxDatabase;
    let deliveries: Deliveries;
    let other: Deliveries;

    beforeAll(async () => {
      under = await open();
      [deliveries, other = deliveries] = under.replicas;
    });
    beforeEach(() => under.clear());
    afterAll(() => under.drop());

    const announce = (subject: string, ...sequences: number[]) =>
      under.database.transaction(async () => {
        for (const sequence of sequences) await under.outbox.append(new SomethingHappenedV1(subject, sequence));
      });

    it('has nothing to give when nothing was announced', async () => {
      expect((await deliveries.lease('one')).runs).toEqual([]);
      expect(await deliveries.pending(['one', 'two'])).toEqual([]);
    });

    it('gives each aggregate as one run, in order, with everything a publisher needs', async () => {
      const [a, b] = [randomUUID(), randomUUID()].sort();
      await announce(a as string, 1, 2, 3);
      await announce(b as string, 1);
      const lease = await deliveries.lease('one');
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
      await under.database.transaction(() => under.outbox.append(new ElsewhereHappenedV1(subject, 1)));
      expect(sequencesOf(await deliveries.lease('one'))).toEqual([[1], [1]]);
    });

    it('M18 gives nothing of an aggregate that somebody holds, also not what comes later', async () => {
      const subject = randomUUID();
      await announce(subject, 1, 2);
      await deliveries.lease('one');
      await announce(subject, 3);
      expect((await other.lease('one')).runs).toEqual([]);
    });

    it('gives what came later when what was held is delivered', async () => {
      const subject = randomUUID();
      await announce(subject, 1, 2);
      const lease = await deliveries.lease('one');
      await announce(subject, 3);
      await deliveries.delivered(lease, idsOf(lease));
      expect(sequencesOf(await other.lease('one'))).toEqual([[3]]);
    });

    it('M17 gives what was committed late, whatever was delivered before', async () => {
      const [early, late] = [randomUUID(), randomUUID()];
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      const slow = under.database.transaction(async () => {
        await under.outbox.append(new SomethingHappenedV1(late, 1));
        await gate;
      });
      await sleep(30);
      await announce(early, 1);
      const first = await deliveries.lease('one');
      expect(first.runs.flat().map(({ subject }) => subject)).toEqual([early]);
      await deliveries.delivered(first, idsOf(first));
      release();
      await slow;
      expect((await deliveries.lease('one')).runs.flat().map(({ subject }) => subject)).toEqual([late]);
    });

    it('gives a long aggregate in runs of a hundred, one after the other', async () => {
      const subject = randomUUID();
      await announce(subject, ...Array.from({ length: 130 }, (_, n) => n + 1));
      const lease = await deliveries.lease('one');
      expect(lease.runs.map(({ length }) => length)).toEqual([100]);
      expect((await other.lease('one')).runs).toEqual([]);
      await deliveries.delivered(lease, idsOf(lease));
      expect(sequencesOf(await other.lease('one'))[0]).toEqual(Array.from({ length: 30 }, (_, n) => n + 101));
    });

    it('keeps publishers apart', async () => {
      const subject = randomUUID();
      await announce(subject, 1);
      const lease = await deliveries.lease('one');
      await deliveries.delivered(lease, idsOf(lease));
      expect(sequencesOf(await deliveries.lease('two'))).toEqual([[1]]);
      expect((await deliveries.lease('three')).runs).toEqual([]);
    });

    it('KP-O1 lets a peer take over what was leased and never finished', async () => {
      const subject = randomUUID();
      await announce(subject, 1, 2);
      await deliveries.lease('one');
      expect((await other.lease('one')).runs).toEqual([]);
      await endLeases(under);
      const takenOver = await other.lease('one');
      expect(sequencesOf(takenOver)).toEqual([[1, 2]]);
      await other.delivered(takenOver, idsOf(takenOver));
      expect(await under.depth()).toBe(1 + 1);
    });

    it('FM-H1 lets no one who slept through his lease take anything away', async () => {
      const subject = randomUUID();
      await announce(subject, 1, 2);
      const slept = await deliveries.lease('one');
      await endLeases(under);
      const takenOver = await other.lease('one');
      await deliveries.delivered(slept, idsOf(slept));
      expect(await under.depth(), 'of both publishers').toBe(2 * 2);
      await deliveries.giveBack(slept, idsOf(slept), -1_000);
      expect((await deliveries.lease('one')).runs).toEqual([]);
      await other.delivered(takenOver, idsOf(takenOver));
      expect(await under.depth()).toBe(2);
    });

    it('parks an event: its aggregate waits for this publisher, others and other publishers do not', async () => {
      const [subject, another] = [randomUUID(), randomUUID()];
      await announce(subject, 1, 2, 3);
      const lease = await deliveries.lease('one');
      const [first = '', second = '', third = ''] = idsOf(lease);
      await deliveries.park(lease, second, 'x'.repeat(500));
      await deliveries.giveBack(lease, [third], 0);
      await deliveries.delivered(lease, [first]);
      await announce(subject, 4);
      await announce(another, 1);
      expect((await other.lease('one')).runs.map(([head]) => head?.subject)).toEqual([another]);
      expect(sequencesOf(await deliveries.lease('two')).sort()).toEqual([[1], [1, 2, 3, 4]]);
    });

    it('FM-H1 lets no one who slept through his lease park what another one has', async () => {
      const subject = randomUUID();
      await announce(subject, 1, 2);
      const slept = await deliveries.lease('one');
      await endLeases(under);
      const takenOver = await other.lease('one');
      await deliveries.park(slept, idsOf(slept)[0] ?? '', 'too late');
      await other.giveBack(takenOver, idsOf(takenOver), -1_000);
      expect(sequencesOf(await deliveries.lease('one'))).toEqual([[1, 2]]);
    });

    it('gives nothing from behind a parked event, also when older ones were put before it', async () => {
      const subject = randomUUID();
      await announce(subject, 2, 3, 4);
      const lease = await deliveries.lease('one');
      const [, third = '', ...rest] = idsOf(lease);
      await deliveries.park(lease, third, 'never');
      await deliveries.giveBack(lease, [idsOf(lease)[0] ?? '', ...rest], -1_000);
      await announce(subject, 1);
      expect(sequencesOf(await deliveries.lease('one'))).toEqual([[1, 2]]);
    });

    it('tells which publishers something waits for, held or not', async () => {
      expect(await deliveries.pending(['two', 'one'])).toEqual([]);
      await announce(randomUUID(), 1);
      await deliveries.lease('one');
      expect(await deliveries.pending(['two', 'one', 'three'])).toEqual(['two', 'one']);
      expect(await deliveries.pending([])).toEqual([]);
    });

    it('LD-09 comes to every aggregate, many and long ones alike, so many at a time as asked for', async () => {
      const [long, short] = [20, 250].map((count) => Array.from({ length: count }, () => randomUUID()).sort());
      for (const subject of long ?? []) await announce(subject, ...Array.from({ length: 120 }, (_, n) => n + 1));
      for (const subject of short ?? []) await announce(subject, 1);
      const seen: string[] = [];
      for (let more = true; more; ) {
        const lease = await deliveries.lease('one', 70);
        expect(lease.runs.length).toBeLessThanOrEqual(70);
        seen.push(...lease.runs.map(([head]) => head?.subject ?? ''));
        more = lease.more;
      }
      expect(seen.toSorted()).toEqual([...(long ?? []), ...(short ?? [])].sort());
    });

    it('takes back the rest of a run, and gives it again after a while, in order', async () => {
      const subject = randomUUID();
      await announce(subject, 1, 2, 3);
      const lease = await deliveries.lease('one');
      const [first = '', ...rest] = idsOf(lease);
      await deliveries.giveBack(lease, rest, 150);
      await deliveries.delivered(lease, [first]);
      expect((await other.lease('one')).runs).toEqual([]);
      await sleep(170);
      const again = await other.lease('one');
      expect(sequencesOf(again)).toEqual([[2, 3]]);
    });

    it('counts the tries of an event', async () => {
      const subject = randomUUID();
      await announce(subject, 1);
      const tries: number[] = [];
      for (let n = 0; n < 3; n++) {
        const lease = await deliveries.lease('one');
        tries.push(Number(lease.runs[0]?.[0]?.attempts));
        await deliveries.giveBack(lease, idsOf(lease), -1_000);
      }
      expect(tries).toEqual([1, 2, 3]);
    });

    describe('what was appended in bulk', () => {
      const inBulk = (subjects: readonly string[]) =>
        under.database.transaction(() =>
          under.outbox.appendInBulk(subjects.map((subject) => new SomethingHappenedV1(subject, 1))),
        );
      const many = (count: number) => Array.from({ length: count }, () => randomUUID()).sort();
      const subjectsOf = (lease: Lease) => lease.runs.map(([head]) => head?.subject ?? '');

      it('is waited for, and comes to its publishers', async () => {
        const [subject = ''] = many(1);
        await inBulk([subject]);
        expect(await deliveries.pending(['two', 'one', 'three'])).toEqual(['two', 'one']);
        const lease = await deliveries.lease('one');
        expect(subjectsOf(lease)).toEqual([subject]);
        await deliveries.delivered(lease, idsOf(lease));
        expect(await deliveries.pending(['two', 'one'])).toEqual(['two']);
      });

      it('holds up nothing live: half of the places are never for it, and what is live is found at once', async () => {
        await inBulk(many(400));
        const first = await deliveries.lease('one');
        expect(first.runs).toHaveLength(50);
        expect((await deliveries.lease('one', 50)).runs).toHaveLength(0);
        const live = many(60);
        for (const subject of live) await announce(subject, 1);
        expect(subjectsOf(await other.lease('one', 50))).toEqual(live.slice(0, 50));
        expect(subjectsOf(await other.lease('one', 50))).toEqual(live.slice(50));
      });

      it('comes to an end, with live events beside it', async () => {
        const [bulk, live] = [many(230), many(30)];
        await inBulk(bulk);
        for (const subject of live) await announce(subject, 1);
        const seen: string[] = [];
        for (let more = true; more; ) {
          const lease = await deliveries.lease('one');
          seen.push(...subjectsOf(lease));
          await deliveries.delivered(lease, idsOf(lease));
          more = lease.more;
        }
        expect(seen.slice(0, 50), 'in the first lease').toEqual(expect.arrayContaining(live));
        expect(seen.toSorted()).toEqual([...live, ...bulk].sort());
      });

      it('is tried with one place, too, so that a publisher comes out of its trouble', async () => {
        await inBulk(many(3));
        expect((await deliveries.lease('one', 1)).runs).toHaveLength(1);
      });

      it('M18 goes before what its aggregate did since, whoever holds it', async () => {
        const [subject = '', ...others] = many(80).reverse();
        await inBulk([subject, ...others]);
        await announce(subject, 2, 3);
        expect((await other.lease('one', 50)).runs, 'it moves to the front').toEqual([]);
        const first = await deliveries.lease('one', 50);
        expect(subjectsOf(first)).toEqual([subject]);
        expect(sequencesOf(first)).toEqual([[1, 2, 3]]);
        expect((await other.lease('one', 50)).runs).toEqual([]);
      });

      it('M18 is held by one alone, also when it is on its way and its aggregate goes on', async () => {
        const [subject = ''] = many(1);
        await inBulk([subject]);
        const held = await deliveries.lease('one');
        await announce(subject, 2);
        for (let n = 0; n < 3; n++) expect((await other.lease('one')).runs).toEqual([]);
        await deliveries.delivered(held, idsOf(held));
        expect(sequencesOf(await other.lease('one'))).toEqual([[2]]);
      });
    });

    it('gives every aggregate to one of many that ask at once', async () => {
      const subjects = Array.from({ length: 60 }, () => randomUUID());
      for (const subject of subjects) await announce(subject, 1, 2);
      const asking = Array.from({ length: 12 }, (_, n) => under.replicas[n % under.replicas.length]?.lease('one'));
      const runs = (await Promise.all(asking)).flatMap((lease) => lease?.runs ?? []);
      expect(runs.map((run) => run[0]?.subject).sort()).toEqual(subjects.sort());
      expect(runs.every((run) => run.length === 2)).toBe(true);
    });

    it('does nothing for nothing', async () => {
      const lease = await deliveries.lease('one');
      await deliveries.delivered(lease, []);
      await deliveries.giveBack(lease, [], 0);
      expect(await under.depth()).toBe(0);
    });
  });
}
