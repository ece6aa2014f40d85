import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { countCustomers } from '../replicas/checks.js';
import { type ChaosHouse, openChaosHouse } from './chaos-house.js';
import type { FaultProxy } from './fault-proxy.js';
import { acceptCustomers, deadlocksAmongCustomers, noMoreDeadlocks, refuseCustomers } from './faulty-tables.js';
import { History } from './history.js';
import { expectAlive, expectAway, expectReady } from './manners.js';
import { ROUNDS } from './rounds.js';
import { Visitor } from './visitor.js';
import { applicant, applicants, getsIn } from './visits.js';

// One replica reaches the database through a proxy that fails; the other one, which does the background work, is well.

const NEW_CUSTOMER = /^(Execute|Query) INSERT INTO ["`]customers["`]/;

let house: ChaosHouse;
let database: FaultProxy;
let url: string;
let peer: string;

beforeAll(async () => {
  house = await openChaosHouse({ runs: ['api', 'all'] });
  database = house.faults.database;
  [url, peer] = house.urls as [string, string];
});
afterAll(() => house?.close());
beforeEach(() => expectReady(url));
afterEach(async () => expect(await house.verdict()).toEqual([]));

it('FM-D1 refused: 503 in no time, nothing is sent, and well again without a restart', async () => {
  const one = await applicant(house, peer);
  const { visitor: known, code } = one;
  const unlucky = house.newcomer();
  database.refuse();
  for (let n = 0; n < 5; n++) expectAway(await unlucky.register(url), 3_000);
  for (const seen of [await unlucky.register(url), await known.activate(url, code), await known.logIn(url)])
    expectAway(seen, 150);
  expect(unlucky.codesIn(house.mails)).toEqual([]);
  database.pass();
  await expectReady(url);
  expect((await unlucky.register(url)).status).toBe(201);
  await getsIn({ visitor: unlucky, code: await unlucky.codeFrom(house.mails) }, url);
  await getsIn(one, url);
});

describe('FM-D2 cut in flight', () => {
  it.each([
    ['cutBefore', /^Query START/, 2],
    ['cutAfter', NEW_CUSTOMER, 1],
    ['cutBefore', /^(Execute|Query) (with changed as \()?insert into outbox /, 1],
    ['cutBefore', /^Query COMMIT/, 2],
    ['cutAfter', /^Query COMMIT/, 2],
    ['cutAfter', /^Query COMMIT/, 1],
  ] as const)('%s %s (%i): all or nothing, and the repeat is let in', async (side, on, nth) => {
    // Those before may have opened the breaker.
    await expect.poll(async () => (await house.newcomer().logIn(url)).status, { timeout: 5_000 }).toBe(401);
    const one = await applicant(house, peer);
    const { visitor, code } = one;
    const cut = database[side](on, nth);
    expectAway(await visitor.activate(url, code), 1_000);
    expect(cut.hit).toMatch(on);
    const isDone = side === 'cutAfter' && String(cut.hit) === 'Query COMMIT' && nth === 2;
    expect(await countCustomers(house.database, visitor.person.email)).toBe(isDone ? 1 : 0);
    await getsIn(one, peer);
  });
});

describe('FM-D3 a black hole', () => {
  const WAYS = ROUNDS > 1 ? (['both', 'up', 'down'] as const) : (['both'] as const);
  it.each(WAYS)('%s: 503 after its time, the loop is free, and well again', async (ways) => {
    const one = await applicant(house, peer);
    const { visitor, code } = one;
    const unlucky = house.newcomer();
    database.blackhole(ways);
    const calls = Promise.all([unlucky.register(url), visitor.activate(url, code), visitor.logIn(url)]);
    for (const seen of await expectAlive(url, calls)) expectAway(seen, 7_000);
    database.pass();
    await expectReady(url);
    expect((await unlucky.register(url)).status).toBe(201);
    await getsIn(one, url);
  });

  it('in the connections of now only: one call waits, then all are new', async () => {
    const many = await applicants(house, peer, 8);
    await Promise.all(many.map(({ visitor }) => visitor.logIn(url)));
    database.forgetConnections();
    expectAway(await house.newcomer().register(url), 4_000);
    await expectReady(url);
    await Promise.all(many.map((one) => getsIn(one, url)));
  });

  it('in the middle of the transaction: its locks end with its session, and the same code is good', async () => {
    const one = await applicant(house, peer);
    const { visitor, code } = one;
    const inside = database.passing(NEW_CUSTOMER);
    const call = visitor.activate(url, code);
    await inside;
    database.blackhole();
    expectAway(await call, 6_500);
    database.pass();
    await getsIn(one, peer);
  });
});

it('FM-D4 200 ms to each message: everything takes its round trips longer, and works', async () => {
  const visitor = house.newcomer();
  database.forget();
  database.delay(200);
  const registered = await visitor.register(url);
  const trips = database.seen.filter((message) => /^(Query|Sync|Startup|Password)/.test(message)).length;
  expect(registered.status).toBe(201);
  expect(registered.ms).toBeLessThan((trips + 1) * 200 + 1_000);
  expect((await visitor.activate(url, await visitor.codeFrom(house.mails))).status).toBe(200);
});

it('FM-D5 every connection of the pool waits for a lock: 503 in time, alive, and none is lost', async () => {
  const waiting = await applicants(house, peer, 20);
  await house.database.lock('customers', 'writes');
  const calls = Promise.all(waiting.map(({ visitor, code }) => visitor.activate(url, code)));
  const seen = await expectAlive(url, calls);
  await house.database.unlock();
  for (const one of seen) expectAway(one);
  await expectReady(url);
  await Promise.all(waiting.map((one) => getsIn(one, url)));
});

describe('FM-D6 deadlocks', () => {
  afterEach(() => noMoreDeadlocks(house.database));

  it('two at once: one of them is tried again, and both are let in by one call', async () => {
    const both = await applicants(house, peer, 2);
    await deadlocksAmongCustomers(house.database);
    const seen = await Promise.all(both.map(({ visitor, code }) => visitor.activate(url, code)));
    expect(seen.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('a storm over two replicas: let in or 503 within its time, and all of them in the end', async () => {
    const many = await applicants(house, peer, 8);
    await deadlocksAmongCustomers(house.database);
    const seen = await Promise.all(many.map(({ visitor, code }, n) => visitor.activate(n % 2 ? url : peer, code)));
    for (const one of seen) if (one.status !== 200) expectAway(one);
    for (const one of many) await getsIn(one, peer);
  });
});

describe('FM-D9 what the database refuses', () => {
  const SECRETS = /hunter2|insert|customers|trigger|sqlstate|denied/i;

  it.each([
    ['a key that is there already', { postgres: '23505', mariadb: '1062' }, 1, 401, 1],
    ['a deadlock, twice', { postgres: '40P01', mariadb: '1213' }, 2, 200, 3],
    ['a serialization failure, for ever', { postgres: '40001', mariadb: '1020' }, 9, 503, 3],
    ['a lock that is not given, for ever', { postgres: '55P03', mariadb: '1205' }, 9, 503, 3],
    ['no space', { postgres: '53100', mariadb: '1114' }, 9, 503, 1],
    ['an administrator who shuts it down', { postgres: '57P01', mariadb: '1053' }, 9, 503, 1],
    ['to write at all', { postgres: '25006', mariadb: '1290' }, 9, 503, 1],
    ['what a check forbids', { postgres: '23514', mariadb: '4025' }, 1, 422, 1],
    ['a value that is too long', { postgres: '22001', mariadb: '1406' }, 1, 422, 1],
  ])('%s: %o: no word of it gets out', async (_, refusal, times, status, tried) => {
    const one = await applicant(house, peer);
    const { visitor, code } = one;
    await refuseCustomers(house.database, refusal, times);
    const seen = await visitor.activate(url, code);
    expect(await acceptCustomers(house.database)).toBe(tried);
    expect(seen.status).toBe(status);
    expect(seen.text).not.toMatch(SECRETS);
  });

  it('what else it has to say, which is a bug of ours and 500: no word of it gets out', async () => {
    const { visitor, code } = await applicant(house, peer);
    await refuseCustomers(house.database, { postgres: '23502', mariadb: '1048' }, 1);
    const seen = await new Visitor(new History(), visitor.person).activate(url, code);
    expect(await acceptCustomers(house.database)).toBe(1);
    expect([seen.status, seen.code]).toEqual([500, 'service.internal_error']);
    expect(seen.text).not.toMatch(SECRETS);
  });
});
