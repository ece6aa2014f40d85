import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { type FreshDatabase, freshMariaDatabase, freshPostgresDatabase } from '../support/fresh-databases.js';
import { createPatchedBuild } from '../support/patched-build.js';
import { findBrokerOutageFaults } from './broker-outage.js';
import {
  type BuildPatch,
  DELIVERED_BEFORE_CONFIRM,
  ID_CURSOR,
  PLAIN_SKIP_LOCKED,
  WITHOUT_OUTBOX,
} from './mutations.js';
import { type OutboxDeployment, startOutboxDeployment } from './outbox-deployment.js';

// The naive ways to send events, each of which has to make a named test red.

type Ends = (() => Promise<unknown>)[];
type Database = () => Promise<FreshDatabase>;
type Check = (database: Database, entry?: string) => Promise<string[]>;

const ends: Ends = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function startWith(workers: number, database: Database, entry?: string): Promise<OutboxDeployment> {
  const deployment = await startOutboxDeployment({ database, workers, ...(entry && { entry }) });
  ends.push(() => deployment.close());
  return deployment;
}

/** What a build that forgets never sends is asked for no longer than this. */
const SHORT_MS = 6_000;
const findFaults = (deployment: OutboxDeployment): Promise<string[]> =>
  deployment.findFaults(SHORT_MS).catch(() => ['INV-10 lost: it stays in the outbox']);

const lateCommit: Check = async (...on) => {
  const deployment = await startWith(1, ...on);
  await deployment.publishInOpenTransaction(randomUUID(), 1, async () => {
    await deployment.publishEvents(randomUUID(), 1, 2);
    await expect.poll(() => deployment.consumer.events.length, { timeout: 5_000 }).toBe(2);
  });
  return findFaults(deployment);
};

const twoAtOnce: Check = async (...on) => {
  const deployment = await startWith(2, ...on);
  const sequences = Array.from({ length: 30 }, (_, n) => n + 1);
  await Promise.all(Array.from({ length: 4 }, () => deployment.publishEvents(randomUUID(), ...sequences)));
  return findFaults(deployment);
};

const cutOff: Check = async (...on) => {
  const deployment = await startWith(1, ...on);
  const cut = deployment.proxies[0]?.cutBefore(/^method 60\.40/, 3);
  await deployment.publishEvents(randomUUID(), 1, 2, 3, 4, 5, 6);
  await cut?.triggered;
  return findFaults(deployment);
};

interface Mutation {
  readonly name: string;
  readonly mistake: BuildPatch;
  readonly test: string;
  readonly check: Check;
  readonly finds: RegExp;
}

const MUTATIONS: readonly Mutation[] = [
  { name: 'a cursor of ids', mistake: ID_CURSOR, test: 'M17', check: lateCommit, finds: /INV-10 lost/ },
  {
    name: 'plain SKIP LOCKED',
    mistake: PLAIN_SKIP_LOCKED,
    test: 'RC-14',
    check: twoAtOnce,
    finds: /INV-11 out of order/,
  },
  {
    name: 'a delivery that is deleted before the confirm',
    mistake: DELIVERED_BEFORE_CONFIRM,
    test: 'FM-Q2',
    check: cutOff,
    finds: /INV-10 lost/,
  },
  {
    name: 'events that are sent after the commit, without an outbox',
    mistake: WITHOUT_OUTBOX,
    test: 'FM-Q1',
    check: (database, entry) => findBrokerOutageFaults({ database, seconds: 3, perSecond: 4, ...(entry && { entry }) }),
    finds: /INV-10 lost/,
  },
];

const DATABASES = [
  ['PostgreSQL', freshPostgresDatabase],
  ['MariaDB', freshMariaDatabase],
] as const;

describe.each(DATABASES)('on %s', (_, database) => {
  describe.each(MUTATIONS)('$name', ({ mistake, test, check, finds }) => {
    it(`makes ${test} red, which is green without it`, { timeout: 240_000 }, async () => {
      expect(await check(database)).toEqual([]);
      const build = createPatchedBuild(mistake);
      ends.unshift(() => build.end());
      expect(await check(database, build.entry)).toContainEqual(expect.stringMatching(finds));
    });
  });
});
