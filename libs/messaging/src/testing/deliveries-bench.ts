import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Deliveries, Lease } from '../relay/deliveries.js';
import type { OutboxDatabase } from './outbox-database.js';
import { SomethingHappenedV1 } from './something-happened.js';

/** Two replicas on an outbox that is empty before each test. */
export interface DeliveriesBench {
  readonly under: OutboxDatabase;
  readonly one: Deliveries;
  readonly other: Deliveries;
  /** These sequences of one aggregate, in one transaction. */
  announce(subject: string, ...sequences: number[]): Promise<void>;
}

export const idsOf = (lease: Lease) => lease.runs.flat().map(({ deliveryId }) => deliveryId);
export const sequencesOf = (lease: Lease) => lease.runs.map((run) => run.map(({ sequence }) => sequence));

/** For the tests of the `describe` it is called in. */
export function deliveriesBench(open: () => Promise<OutboxDatabase>): DeliveriesBench {
  let under: OutboxDatabase;
  beforeAll(async () => {
    under = await open();
  });
  beforeEach(async () => {
    await under.clear();
    // Where nothing waits, the walk of each of them comes to its end and starts over.
    for (const each of under.replicas) await each.lease('one');
  });
  afterAll(() => under.drop());
  return {
    get under() {
      return under;
    },
    get one() {
      return under.replicas[0];
    },
    get other() {
      return under.replicas[1] ?? under.replicas[0];
    },
    announce: (subject, ...sequences) =>
      under.database.transaction(async () => {
        for (const sequence of sequences) await under.outbox.append(new SomethingHappenedV1(subject, sequence));
      }),
  };
}
