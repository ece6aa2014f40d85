import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { otherBuild } from '../replicas/other-build.js';
import { type FreshDatabase, freshMariaDatabase, freshPostgresDatabase } from '../support/databases.js';
import { faultsOfOutage } from './broker-outage.js';
import { DELETED_BEFORE_CONFIRM, ID_CURSOR, type Mistake, PLAIN_SKIP_LOCKED, WITHOUT_OUTBOX } from './mistakes.js';
import { type OutboxHouse, openOutboxHouse } from './outbox-house.js';

// The naive ways to send events, each of which has to make a named test red.

type Ends = (() => Promise<unknown>)[];
type Database = () => Promise<FreshDatabase>;
type Check = (database: Database, entry?: string) => Promise<string[]>;

const ends: Ends = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function houseOf(workers: number, database: Database, entry?: string): Promise<OutboxHouse> {
  const house = await openOutboxHouse({ database, workers, ...(entry && { entry }) });
  ends.push(() => house.close());
  return house;
}

/** What a build that forgets never sends is asked for no longer than this. */
const SHORT_MS = 6_000;
const verdictOf = (house: OutboxHouse): Promise<string[]> =>
  house.verdict(SHORT_MS).catch(() => ['INV-10 lost: it stays in the outbox']);

const lateCommit: Check = async (...on) => {
  const house = await houseOf(1, ...on);
  await house.announceSlowly(randomUUID(), 1, async () => {
    await house.announce(randomUUID(), 1, 2);
    await expect.poll(() => house.ears.events.length, { timeout: 5_000 }).toBe(2);
  });
  return verdictOf(house);
};

const twoAtOnce: Check = async (...on) => {
  const house = await houseOf(2, ...on);
  const sequences = Array.from({ length: 30 }, (_, n) => n + 1);
  await Promise.all(Array.from({ length: 4 }, () => house.announce(randomUUID(), ...sequences)));
  return verdictOf(house);
};

const cutOff: Check = async (...on) => {
  const house = await houseOf(1, ...on);
  const cut = house.faults[0]?.cutBefore(/^method 60\.40/, 3);
  await house.announce(randomUUID(), 1, 2, 3, 4, 5, 6);
  await cut?.fallen;
  return verdictOf(house);
};

interface Mutation {
  readonly name: string;
  readonly mistake: Mistake;
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
    mistake: DELETED_BEFORE_CONFIRM,
    test: 'FM-Q2',
    check: cutOff,
    finds: /INV-10 lost/,
  },
  {
    name: 'events that are sent after the commit, without an outbox',
    mistake: WITHOUT_OUTBOX,
    test: 'FM-Q1',
    check: (database, entry) => faultsOfOutage({ database, seconds: 3, perSecond: 4, ...(entry && { entry }) }),
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
      const build = otherBuild(mistake);
      ends.unshift(() => build.end());
      expect(await check(database, build.entry)).toContainEqual(expect.stringMatching(finds));
    });
  });
});
