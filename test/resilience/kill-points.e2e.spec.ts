import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { countCustomers } from '../support/invariant-checks.js';
import type { Program } from '../support/program.js';
import { findReservedCustomerId, type RegistrationResponse } from '../support/registration-requests.js';
import { ageLastCodes, expireClaims, expireLeases } from './age-stored-state.js';
import { crashAt, waitForCrash } from './crash-injection.js';
import { type FaultyDeployment, startFaultyDeployment } from './faulty-deployment.js';
import type { RecordingClient } from './recording-client.js';
import { ROUNDS, rounds } from './rounds.js';

// Every process may die at any point of the way, and nobody is lost, doubled or turned away for good.

let deployment: FaultyDeployment;
let firstReplica: Program;
let worker: Program;
let url: string;
let peer: string;

beforeAll(async () => {
  deployment = await startFaultyDeployment({
    roles: ['api', 'api', 'worker'],
    broker: ROUNDS > 1,
    proxiedReplicas: [],
  });
  [firstReplica, , worker] = deployment.programs as [Program, Program, Program];
  [url, peer] = deployment.urls as [string, string];
});
afterAll(() => deployment?.close());
afterEach(async () => {
  if (!worker.running) await worker.restart();
  await expireLeases(deployment);
  expect(await deployment.findFaults()).toEqual([]);
});

const keys = async (): Promise<number> => (await deployment.database.query('select 1 from registration_keys')).rowCount;
const mailsTo = ({ person }: RecordingClient) =>
  deployment.mails.messages.filter(({ to }) => to.includes(person.email));

async function createPendingClient(): Promise<{ visitor: RecordingClient; code: string }> {
  const visitor = deployment.createClient();
  expect((await visitor.register(peer)).status).toBe(201);
  return { visitor, code: await visitor.waitForCode(deployment.mails) };
}

/** From here on all is well: he is let in, can sign in, and got so many mails on his way. */
async function expectActivationAndLogin(visitor: RecordingClient, mails = 1): Promise<void> {
  const code = await visitor.waitForCode(deployment.mails);
  expect((await visitor.activate(peer, code)).status).toBe(200);
  expect((await visitor.logIn(peer)).status).toBe(200);
  await deployment.waitUntilDrained();
  expect(mailsTo(visitor)).toHaveLength(mails);
}

describe.each(rounds)('a process is killed while somebody registers (round %i)', () => {
  it('KP-R1 before the key is stored: nothing happened, the repeat is a first call', async () => {
    const visitor = deployment.createClient();
    const before = await keys();
    await crashAt(firstReplica, 'KP-R1');
    expect((await visitor.register(url)).status).toBe(0);
    await waitForCrash(firstReplica);
    expect([await keys(), mailsTo(visitor).length]).toEqual([before, 0]);
    expect((await visitor.register(peer)).status).toBe(201);
    await expectActivationAndLogin(visitor);
  });

  it('KP-R2 after the key is stored, before Redis knows: the repeat has that id', async () => {
    const visitor = deployment.createClient();
    await crashAt(firstReplica, 'KP-R2');
    expect((await visitor.register(url)).status).toBe(0);
    await waitForCrash(firstReplica);
    const newest = 'select customer_id as id from registration_keys order by created_at desc limit 1';
    const { rows } = await deployment.database.query<{ id: string }>(newest);
    expect((await visitor.register(peer)).status).toBe(201);
    expect(await findReservedCustomerId(deployment, visitor.ticket as RegistrationResponse)).toBe(rows[0]?.id);
    await expectActivationAndLogin(visitor);
  });

  it('KP-R3 before the message is due: no mail, but a new one may be asked for within the minute', async () => {
    const visitor = deployment.createClient();
    await crashAt(firstReplica, 'KP-R3');
    expect((await visitor.register(url)).status).toBe(0);
    await waitForCrash(firstReplica);
    expect((await visitor.register(peer)).status).toBe(201);
    const early = await visitor.resend(peer);
    expect([early.status, (early.retryAfter ?? 0) <= 60]).toEqual([429, true]);
    await ageLastCodes(deployment, visitor.person);
    expect((await visitor.resend(peer)).status).toBe(200);
    await expectActivationAndLogin(visitor);
  });

  it('KP-R4 before the mail server has accepted: it is sent with a new code', async () => {
    const visitor = deployment.createClient();
    await crashAt(worker, 'KP-R4');
    expect((await visitor.register(peer)).status).toBe(201);
    await waitForCrash(worker);
    expect(mailsTo(visitor)).toHaveLength(0);
    await worker.restart();
    await expireLeases(deployment);
    await expectActivationAndLogin(visitor);
  });

  it('KP-R5 after the mail server has accepted, before the minute starts: the mailed code is good', async () => {
    const visitor = deployment.createClient();
    await crashAt(worker, 'KP-R5');
    expect((await visitor.register(peer)).status).toBe(201);
    await waitForCrash(worker);
    expect((await visitor.activate(peer, await visitor.waitForCode(deployment.mails))).status).toBe(200);
    expect((await visitor.logIn(peer)).status).toBe(200);
  });

  it('KP-R5 the same, and the mail is sent again: the first code is dead, the second one good', async () => {
    const visitor = deployment.createClient();
    await crashAt(worker, 'KP-R5');
    expect((await visitor.register(peer)).status).toBe(201);
    await waitForCrash(worker);
    await worker.restart();
    await expireLeases(deployment);
    await expect.poll(() => mailsTo(visitor).length, { timeout: 10_000 }).toBe(2);
    await deployment.waitUntilDrained();
    const [first = '', second = ''] = visitor.receivedCodes(deployment.mails);
    if (first !== second) expect([400, 410]).toContain((await visitor.activate(peer, first)).status);
    expect((await visitor.activate(peer, second)).status).toBe(200);
    expect((await visitor.logIn(peer)).status).toBe(200);
  });

  it('KP-R6 before the answer: the repeat is the same attempt, and nothing is sent twice', async () => {
    const visitor = deployment.createClient();
    await crashAt(firstReplica, 'KP-R6');
    expect((await visitor.register(url)).status).toBe(0);
    await waitForCrash(firstReplica);
    expect((await visitor.register(peer)).status).toBe(201);
    await expectActivationAndLogin(visitor);
  });
});

describe.each(rounds)('a process is killed while somebody is activated (round %i)', (round) => {
  /** The claim of the dead: `make chaos` waits once until it ends, otherwise it is made older. */
  const claimEnds = async (visitor: RecordingClient, code: string): Promise<void> => {
    expect((await visitor.activate(peer, code)).status).toBe(409);
    if (round !== 2) await expireClaims(deployment);
    const again = async (): Promise<number> => (await visitor.activate(peer, code)).status;
    await expect.poll(again, { timeout: 12_000, interval: 250 }).toBe(200);
  };

  it.each(['KP-A1', 'KP-A2'])('%s before the commit: he is nobody, and the same code is good later', async (point) => {
    const { visitor, code } = await createPendingClient();
    await crashAt(firstReplica, point);
    expect((await visitor.activate(url, code)).status).toBe(0);
    await waitForCrash(firstReplica);
    expect(await countCustomers(deployment.database, visitor.person.email)).toBe(0);
    expect((await visitor.logIn(peer)).status).toBe(401);
    await claimEnds(visitor, code);
    expect((await visitor.logIn(peer)).status).toBe(200);
  });

  it('KP-A3 after the commit, before Redis is tidied: the repeat is let in at once, with the same body for ever', async () => {
    const { visitor, code } = await createPendingClient();
    await crashAt(firstReplica, 'KP-A3');
    expect((await visitor.activate(url, code)).status).toBe(0);
    await waitForCrash(firstReplica);
    expect((await visitor.logIn(peer)).status).toBe(200);
    const repeated = await visitor.activate(peer, code);
    expect(repeated.status).toBe(200);
    await expireClaims(deployment);
    expect((await visitor.activate(peer, code)).text).toBe(repeated.text);
  });

  it('KP-A4 before the answer: the repeat has the same body at once', async () => {
    const { visitor, code } = await createPendingClient();
    await crashAt(firstReplica, 'KP-A4');
    expect((await visitor.activate(url, code)).status).toBe(0);
    await waitForCrash(firstReplica);
    const repeated = await visitor.activate(peer, code);
    expect([repeated.status, repeated.ms < 1_000]).toEqual([200, true]);
    expect((await visitor.activate(peer, code)).text).toBe(repeated.text);
    expect((await visitor.logIn(peer)).status).toBe(200);
  });
});
