import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { countCustomers } from '../support/invariant-checks.js';
import { expectReady, expectResponsiveDuring, expectUnavailable } from './availability-assertions.js';
import {
  failCustomerInserts,
  installDeadlockTrigger,
  removeDeadlockTrigger,
  stopFailingCustomerInserts,
} from './database-fault-triggers.js';
import type { FaultProxy } from './fault-proxy.js';
import { type FaultyDeployment, startFaultyDeployment } from './faulty-deployment.js';
import { OperationHistory } from './operation-history.js';
import { RecordingClient } from './recording-client.js';
import { createPendingClient, createPendingClients, expectActivationAndLogin } from './registration-steps.js';
import { ROUNDS } from './rounds.js';

// One replica reaches the database through a proxy that fails; the other one, which does the background work, is well.

const NEW_CUSTOMER = /^(Execute|Query) INSERT INTO ["`]customers["`]/;

let deployment: FaultyDeployment;
let database: FaultProxy;
let url: string;
let peer: string;

beforeAll(async () => {
  deployment = await startFaultyDeployment({ roles: ['api', 'all'] });
  database = deployment.proxies.database;
  [url, peer] = deployment.urls as [string, string];
});
afterAll(() => deployment?.close());
beforeEach(() => expectReady(url));
afterEach(async () => expect(await deployment.findFaults()).toEqual([]));

it('FM-D1 refused: 503 in no time, nothing is sent, and well again without a restart', async () => {
  const one = await createPendingClient(deployment, peer);
  const { client: known, code } = one;
  const unlucky = deployment.createClient();
  database.refuse();
  for (let n = 0; n < 5; n++) expectUnavailable(await unlucky.register(url), 3_000);
  for (const seen of [await unlucky.register(url), await known.activate(url, code), await known.logIn(url)])
    expectUnavailable(seen, 150);
  expect(unlucky.receivedCodes(deployment.mails)).toEqual([]);
  database.restore();
  await expectReady(url);
  expect((await unlucky.register(url)).status).toBe(201);
  await expectActivationAndLogin({ client: unlucky, code: await unlucky.waitForCode(deployment.mails) }, url);
  await expectActivationAndLogin(one, url);
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
    await expect.poll(async () => (await deployment.createClient().logIn(url)).status, { timeout: 5_000 }).toBe(401);
    const one = await createPendingClient(deployment, peer);
    const { client, code } = one;
    const cut = database[side](on, nth);
    expectUnavailable(await client.activate(url, code), 1_000);
    expect(cut.matchedMessage).toMatch(on);
    const isDone = side === 'cutAfter' && String(cut.matchedMessage) === 'Query COMMIT' && nth === 2;
    expect(await countCustomers(deployment.database, client.person.email)).toBe(isDone ? 1 : 0);
    await expectActivationAndLogin(one, peer);
  });
});

describe('FM-D3 a black hole', () => {
  const WAYS = ROUNDS > 1 ? (['both', 'up', 'down'] as const) : (['both'] as const);
  it.each(WAYS)('%s: 503 after its time, the loop is free, and well again', async (ways) => {
    const one = await createPendingClient(deployment, peer);
    const { client, code } = one;
    const unlucky = deployment.createClient();
    database.blackhole(ways);
    const calls = Promise.all([unlucky.register(url), client.activate(url, code), client.logIn(url)]);
    for (const seen of await expectResponsiveDuring(url, calls)) expectUnavailable(seen, 7_000);
    database.restore();
    await expectReady(url);
    expect((await unlucky.register(url)).status).toBe(201);
    await expectActivationAndLogin(one, url);
  });

  it('in the connections of now only: one call waits, then all are new', async () => {
    const many = await createPendingClients(deployment, peer, 8);
    await Promise.all(many.map(({ client }) => client.logIn(url)));
    database.blackholeCurrentConnections();
    expectUnavailable(await deployment.createClient().register(url), 4_000);
    await expectReady(url);
    await Promise.all(many.map((one) => expectActivationAndLogin(one, url)));
  });

  it('in the middle of the transaction: its locks end with its session, and the same code is good', async () => {
    const one = await createPendingClient(deployment, peer);
    const { client, code } = one;
    const inside = database.waitForMessage(NEW_CUSTOMER);
    const call = client.activate(url, code);
    await inside;
    database.blackhole();
    expectUnavailable(await call, 6_500);
    database.restore();
    await expectActivationAndLogin(one, peer);
  });
});

it('FM-D4 200 ms to each message: everything takes its round trips longer, and works', async () => {
  const visitor = deployment.createClient();
  database.clearMessages();
  database.delay(200);
  const registered = await visitor.register(url);
  const trips = database.messages.filter((message) => /^(Query|Sync|Startup|Password)/.test(message)).length;
  expect(registered.status).toBe(201);
  expect(registered.ms).toBeLessThan((trips + 1) * 200 + 1_000);
  expect((await visitor.activate(url, await visitor.waitForCode(deployment.mails))).status).toBe(200);
});

it('FM-D5 every connection of the pool waits for a lock: 503 in time, alive, and none is lost', async () => {
  const waiting = await createPendingClients(deployment, peer, 20);
  await deployment.database.lock('customers', 'writes');
  const calls = Promise.all(waiting.map(({ client, code }) => client.activate(url, code)));
  const seen = await expectResponsiveDuring(url, calls);
  await deployment.database.unlock();
  for (const one of seen) expectUnavailable(one);
  await expectReady(url);
  await Promise.all(waiting.map((one) => expectActivationAndLogin(one, url)));
});

describe('FM-D6 deadlocks', () => {
  afterEach(() => removeDeadlockTrigger(deployment.database));

  it('two at once: one of them is tried again, and both are let in by one call', async () => {
    const both = await createPendingClients(deployment, peer, 2);
    await installDeadlockTrigger(deployment.database);
    const seen = await Promise.all(both.map(({ client, code }) => client.activate(url, code)));
    expect(seen.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('a storm over two replicas: let in or 503 within its time, and all of them in the end', async () => {
    const many = await createPendingClients(deployment, peer, 8);
    await installDeadlockTrigger(deployment.database);
    const seen = await Promise.all(many.map(({ client, code }, n) => client.activate(n % 2 ? url : peer, code)));
    for (const one of seen) if (one.status !== 200) expectUnavailable(one);
    for (const one of many) await expectActivationAndLogin(one, peer);
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
    const one = await createPendingClient(deployment, peer);
    const { client, code } = one;
    await failCustomerInserts(deployment.database, refusal, times);
    const seen = await client.activate(url, code);
    expect(await stopFailingCustomerInserts(deployment.database)).toBe(tried);
    expect(seen.status).toBe(status);
    expect(seen.text).not.toMatch(SECRETS);
  });

  it('what else it has to say, which is a bug of ours and 500: no word of it gets out', async () => {
    const { client, code } = await createPendingClient(deployment, peer);
    await failCustomerInserts(deployment.database, { postgres: '23502', mariadb: '1048' }, 1);
    const seen = await new RecordingClient(new OperationHistory(), client.person).activate(url, code);
    expect(await stopFailingCustomerInserts(deployment.database)).toBe(1);
    expect([seen.status, seen.code]).toEqual([500, 'service.internal_error']);
    expect(seen.text).not.toMatch(SECRETS);
  });
});
