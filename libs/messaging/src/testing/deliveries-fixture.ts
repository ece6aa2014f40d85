import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Lease, OutboxDeliveries } from '../relay/outbox-deliveries.js';
import type { OutboxDatabase } from './outbox-database.js';
import { TestHappenedV1 } from './test-events.js';

/** Two replicas on an outbox that is empty before each test. */
export interface DeliveriesFixture {
  readonly outboxDatabase: OutboxDatabase;
  readonly firstReplica: OutboxDeliveries;
  readonly secondReplica: OutboxDeliveries;
  /** Appends events with these sequences to one aggregate in one transaction. */
  appendEvents(subject: string, ...sequences: number[]): Promise<void>;
}

export const deliveryIdsOf = (lease: Lease) => lease.batches.flat().map(({ deliveryId }) => deliveryId);
export const sequencesOf = (lease: Lease) => lease.batches.map((batch) => batch.map(({ sequence }) => sequence));

/** Registers the hooks in the current `describe`. */
export function setUpDeliveriesFixture(open: () => Promise<OutboxDatabase>): DeliveriesFixture {
  let outboxDatabase: OutboxDatabase;
  beforeAll(async () => {
    outboxDatabase = await open();
  });
  beforeEach(async () => {
    await outboxDatabase.deleteAll();
    // A lease on an empty outbox resets the cursor of the replica.
    for (const replica of outboxDatabase.replicas) await replica.lease('one');
  });
  afterAll(() => outboxDatabase.drop());
  return {
    get outboxDatabase() {
      return outboxDatabase;
    },
    get firstReplica() {
      return outboxDatabase.replicas[0];
    },
    get secondReplica() {
      return outboxDatabase.replicas[1] ?? outboxDatabase.replicas[0];
    },
    appendEvents: (subject, ...sequences) =>
      outboxDatabase.database.runInTransaction(async () => {
        for (const sequence of sequences) await outboxDatabase.outbox.append(new TestHappenedV1(subject, sequence));
      }),
  };
}
