import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deliveriesBench, idsOf, sequencesOf } from '../testing/deliveries-bench.js';
import { endLeases, type OutboxDatabase } from '../testing/outbox-database.js';

/** What `Deliveries` must do, on every database, with what its publisher will never take. */
export function parkedDeliveriesContract(name: string, open: () => Promise<OutboxDatabase>): void {
  describe(`Deliveries on ${name} that are parked`, () => {
    const bench = deliveriesBench(open);
    const { announce } = bench;

    it('parks an event: its aggregate waits for this publisher, others and other publishers do not', async () => {
      const [subject, another] = [randomUUID(), randomUUID()];
      await announce(subject, 1, 2, 3);
      const lease = await bench.one.lease('one');
      const [first = '', second = '', third = ''] = idsOf(lease);
      await bench.one.park(lease, second, 'x'.repeat(500));
      await bench.one.giveBack(lease, [third], 0);
      await bench.one.delivered(lease, [first]);
      await announce(subject, 4);
      await announce(another, 1);
      expect((await bench.other.lease('one')).runs.map(([head]) => head?.subject)).toEqual([another]);
      expect(sequencesOf(await bench.one.lease('two')).sort()).toEqual([[1], [1, 2, 3, 4]]);
    });

    it('FM-H1 lets no one who slept through his lease park what another one has', async () => {
      const subject = randomUUID();
      await announce(subject, 1, 2);
      const slept = await bench.one.lease('one');
      await endLeases(bench.under);
      const takenOver = await bench.other.lease('one');
      await bench.one.park(slept, idsOf(slept)[0] ?? '', 'too late');
      await bench.other.giveBack(takenOver, idsOf(takenOver), -1_000);
      expect(sequencesOf(await bench.one.lease('one'))).toEqual([[1, 2]]);
    });

    it('gives nothing from behind a parked event, also when older ones were put before it', async () => {
      const subject = randomUUID();
      await announce(subject, 2, 3, 4);
      const lease = await bench.one.lease('one');
      const [, third = '', ...rest] = idsOf(lease);
      await bench.one.park(lease, third, 'never');
      await bench.one.giveBack(lease, [idsOf(lease)[0] ?? '', ...rest], -1_000);
      await announce(subject, 1);
      expect(sequencesOf(await bench.one.lease('one'))).toEqual([[1, 2]]);
    });
  });
}
