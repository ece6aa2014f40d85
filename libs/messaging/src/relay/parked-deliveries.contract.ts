import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deliveryIdsOf, sequencesOf, setUpDeliveriesFixture } from '../testing/deliveries-fixture.js';
import { expireLeases, type OutboxDatabase } from '../testing/outbox-database.js';

/** What `Deliveries` must do, on every database, with what its publisher will never take. */
export function parkedDeliveriesContract(name: string, open: () => Promise<OutboxDatabase>): void {
  describe(`Deliveries on ${name} that are parked`, () => {
    const bench = setUpDeliveriesFixture(open);
    const { appendEvents } = bench;

    it('parks an event: its aggregate waits for this publisher, others and other publishers do not', async () => {
      const [subject, another] = [randomUUID(), randomUUID()];
      await appendEvents(subject, 1, 2, 3);
      const lease = await bench.firstReplica.lease('one');
      const [first = '', second = '', third = ''] = deliveryIdsOf(lease);
      await bench.firstReplica.parkDelivery(lease, second, 'x'.repeat(500));
      await bench.firstReplica.release(lease, [third], 0);
      await bench.firstReplica.deleteDelivered(lease, [first]);
      await appendEvents(subject, 4);
      await appendEvents(another, 1);
      expect((await bench.secondReplica.lease('one')).batches.map(([head]) => head?.subject)).toEqual([another]);
      expect(sequencesOf(await bench.firstReplica.lease('two')).sort()).toEqual([[1], [1, 2, 3, 4]]);
    });

    it('FM-H1 lets no one who slept through his lease park what another one has', async () => {
      const subject = randomUUID();
      await appendEvents(subject, 1, 2);
      const slept = await bench.firstReplica.lease('one');
      await expireLeases(bench.outboxDatabase);
      const takenOver = await bench.secondReplica.lease('one');
      await bench.firstReplica.parkDelivery(slept, deliveryIdsOf(slept)[0] ?? '', 'too late');
      await bench.secondReplica.release(takenOver, deliveryIdsOf(takenOver), -1_000);
      expect(sequencesOf(await bench.firstReplica.lease('one'))).toEqual([[1, 2]]);
    });

    it('gives nothing from behind a parked event, also when older ones were put before it', async () => {
      const subject = randomUUID();
      await appendEvents(subject, 2, 3, 4);
      const lease = await bench.firstReplica.lease('one');
      const [, third = '', ...rest] = deliveryIdsOf(lease);
      await bench.firstReplica.parkDelivery(lease, third, 'never');
      await bench.firstReplica.release(lease, [deliveryIdsOf(lease)[0] ?? '', ...rest], -1_000);
      await appendEvents(subject, 1);
      expect(sequencesOf(await bench.firstReplica.lease('one'))).toEqual([[1, 2]]);
    });
  });
}
