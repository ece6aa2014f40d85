import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deliveryIdsOf, sequencesOf, setUpDeliveriesFixture } from '../testing/deliveries-fixture.js';
import { expireLeases, type OutboxDatabase } from '../testing/outbox-database.js';

/** The contract of `OutboxDeliveries` for permanently refused events on every database. */
export function parkedDeliveriesContract(name: string, open: () => Promise<OutboxDatabase>): void {
  describe(`OutboxDeliveries on ${name} with parked events`, () => {
    const fixture = setUpDeliveriesFixture(open);
    const { appendEvents } = fixture;

    it('blocks the aggregate of a parked event for one publisher only', async () => {
      const [subject, another] = [randomUUID(), randomUUID()];
      await appendEvents(subject, 1, 2, 3);
      const lease = await fixture.firstReplica.lease('one');
      const [first = '', second = '', third = ''] = deliveryIdsOf(lease);
      await fixture.firstReplica.parkDelivery(lease, second, 'x'.repeat(500));
      await fixture.firstReplica.release(lease, [third], 0);
      await fixture.firstReplica.deleteDelivered(lease, [first]);
      await appendEvents(subject, 4);
      await appendEvents(another, 1);
      expect((await fixture.secondReplica.lease('one')).batches.map(([head]) => head?.subject)).toEqual([another]);
      expect(sequencesOf(await fixture.firstReplica.lease('two')).sort()).toEqual([[1], [1, 2, 3, 4]]);
    });

    it('does not park an event with an expired lease [FM-H1]', async () => {
      const subject = randomUUID();
      await appendEvents(subject, 1, 2);
      const slept = await fixture.firstReplica.lease('one');
      await expireLeases(fixture.outboxDatabase);
      const takenOver = await fixture.secondReplica.lease('one');
      await fixture.firstReplica.parkDelivery(slept, deliveryIdsOf(slept)[0] ?? '', 'too late');
      await fixture.secondReplica.release(takenOver, deliveryIdsOf(takenOver), -1_000);
      expect(sequencesOf(await fixture.firstReplica.lease('one'))).toEqual([[1, 2]]);
    });

    it('leases nothing after a parked event, even if older events are inserted before it', async () => {
      const subject = randomUUID();
      await appendEvents(subject, 2, 3, 4);
      const lease = await fixture.firstReplica.lease('one');
      const [, third = '', ...rest] = deliveryIdsOf(lease);
      await fixture.firstReplica.parkDelivery(lease, third, 'never');
      await fixture.firstReplica.release(lease, [deliveryIdsOf(lease)[0] ?? '', ...rest], -1_000);
      await appendEvents(subject, 1);
      expect(sequencesOf(await fixture.firstReplica.lease('one'))).toEqual([[1, 2]]);
    });
  });
}
