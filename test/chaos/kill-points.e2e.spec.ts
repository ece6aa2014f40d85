import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { countCustomers } from '../replicas/checks.js';
import { customerIdOf, type Ticket } from '../replicas/people.js';
import type { Program } from '../support/program.js';
import { type ChaosHouse, openChaosHouse } from './chaos-house.js';
import { hasCrashed, willCrash } from './crash.js';
import { aMinutePasses, claimsLapse, leasesEnd } from './later.js';
import { ROUNDS, rounds } from './rounds.js';
import type { Visitor } from './visitor.js';

// Every process may die at any point of the way, and nobody is lost, doubled or turned away for good.

let house: ChaosHouse;
let one: Program;
let worker: Program;
let url: string;
let peer: string;

beforeAll(async () => {
  house = await openChaosHouse({ runs: ['api', 'api', 'worker'], broker: ROUNDS > 1, faulty: [] });
  [one, , worker] = house.programs as [Program, Program, Program];
  [url, peer] = house.urls as [string, string];
});
afterAll(() => house?.close());
afterEach(async () => {
  if (!worker.running) await worker.restart();
  await leasesEnd(house);
  expect(await house.verdict()).toEqual([]);
});

const keys = async (): Promise<number> => (await house.database.query('select 1 from registration_keys')).rowCount;
const mailsTo = ({ person }: Visitor) => house.mails.messages.filter(({ to }) => to.includes(person.email));

async function applicant(): Promise<{ visitor: Visitor; code: string }> {
  const visitor = house.newcomer();
  expect((await visitor.register(peer)).status).toBe(201);
  return { visitor, code: await visitor.codeFrom(house.mails) };
}

/** From here on all is well: he is let in, can sign in, and got so many mails on his way. */
async function getsIn(visitor: Visitor, mails = 1): Promise<void> {
  const code = await visitor.codeFrom(house.mails);
  expect((await visitor.activate(peer, code)).status).toBe(200);
  expect((await visitor.logIn(peer)).status).toBe(200);
  await house.drained();
  expect(mailsTo(visitor)).toHaveLength(mails);
}

describe.each(rounds)('a process is killed while somebody registers (round %i)', () => {
  it('KP-R1 before the key is stored: nothing happened, the repeat is a first call', async () => {
    const visitor = house.newcomer();
    const before = await keys();
    await willCrash(one, 'KP-R1');
    expect((await visitor.register(url)).status).toBe(0);
    await hasCrashed(one);
    expect([await keys(), mailsTo(visitor).length]).toEqual([before, 0]);
    expect((await visitor.register(peer)).status).toBe(201);
    await getsIn(visitor);
  });

  it('KP-R2 after the key is stored, before Redis knows: the repeat has that id', async () => {
    const visitor = house.newcomer();
    await willCrash(one, 'KP-R2');
    expect((await visitor.register(url)).status).toBe(0);
    await hasCrashed(one);
    const newest = 'select customer_id as id from registration_keys order by created_at desc limit 1';
    const { rows } = await house.database.query<{ id: string }>(newest);
    expect((await visitor.register(peer)).status).toBe(201);
    expect(await customerIdOf(house, visitor.ticket as Ticket)).toBe(rows[0]?.id);
    await getsIn(visitor);
  });

  it('KP-R3 before the message is due: no mail, but a new one may be asked for within the minute', async () => {
    const visitor = house.newcomer();
    await willCrash(one, 'KP-R3');
    expect((await visitor.register(url)).status).toBe(0);
    await hasCrashed(one);
    expect((await visitor.register(peer)).status).toBe(201);
    const early = await visitor.resend(peer);
    expect([early.status, (early.retryAfter ?? 0) <= 60]).toEqual([429, true]);
    await aMinutePasses(house, visitor.person);
    expect((await visitor.resend(peer)).status).toBe(200);
    await getsIn(visitor);
  });

  it('KP-R4 before the mail server has accepted: it is sent with a new code', async () => {
    const visitor = house.newcomer();
    await willCrash(worker, 'KP-R4');
    expect((await visitor.register(peer)).status).toBe(201);
    await hasCrashed(worker);
    expect(mailsTo(visitor)).toHaveLength(0);
    await worker.restart();
    await leasesEnd(house);
    await getsIn(visitor);
  });

  it('KP-R5 after the mail server has accepted, before the minute starts: the mailed code is good', async () => {
    const visitor = house.newcomer();
    await willCrash(worker, 'KP-R5');
    expect((await visitor.register(peer)).status).toBe(201);
    await hasCrashed(worker);
    expect((await visitor.activate(peer, await visitor.codeFrom(house.mails))).status).toBe(200);
    expect((await visitor.logIn(peer)).status).toBe(200);
  });

  it('KP-R5 the same, and the mail is sent again: the first code is dead, the second one good', async () => {
    const visitor = house.newcomer();
    await willCrash(worker, 'KP-R5');
    expect((await visitor.register(peer)).status).toBe(201);
    await hasCrashed(worker);
    await worker.restart();
    await leasesEnd(house);
    await expect.poll(() => mailsTo(visitor).length, { timeout: 10_000 }).toBe(2);
    await house.drained();
    const [first = '', second = ''] = visitor.codesIn(house.mails);
    if (first !== second) expect([400, 410]).toContain((await visitor.activate(peer, first)).status);
    expect((await visitor.activate(peer, second)).status).toBe(200);
    expect((await visitor.logIn(peer)).status).toBe(200);
  });

  it('KP-R6 before the answer: the repeat is the same attempt, and nothing is sent twice', async () => {
    const visitor = house.newcomer();
    await willCrash(one, 'KP-R6');
    expect((await visitor.register(url)).status).toBe(0);
    await hasCrashed(one);
    expect((await visitor.register(peer)).status).toBe(201);
    await getsIn(visitor);
  });
});

describe.each(rounds)('a process is killed while somebody is activated (round %i)', (round) => {
  /** The claim of the dead: `make chaos` waits once until it ends, otherwise it is made older. */
  const claimEnds = async (visitor: Visitor, code: string): Promise<void> => {
    expect((await visitor.activate(peer, code)).status).toBe(409);
    if (round !== 2) await claimsLapse(house);
    const again = async (): Promise<number> => (await visitor.activate(peer, code)).status;
    await expect.poll(again, { timeout: 12_000, interval: 250 }).toBe(200);
  };

  it.each(['KP-A1', 'KP-A2'])('%s before the commit: he is nobody, and the same code is good later', async (point) => {
    const { visitor, code } = await applicant();
    await willCrash(one, point);
    expect((await visitor.activate(url, code)).status).toBe(0);
    await hasCrashed(one);
    expect(await countCustomers(house.database, visitor.person.email)).toBe(0);
    expect((await visitor.logIn(peer)).status).toBe(401);
    await claimEnds(visitor, code);
    expect((await visitor.logIn(peer)).status).toBe(200);
  });

  it('KP-A3 after the commit, before Redis is tidied: the repeat is let in at once, with the same body for ever', async () => {
    const { visitor, code } = await applicant();
    await willCrash(one, 'KP-A3');
    expect((await visitor.activate(url, code)).status).toBe(0);
    await hasCrashed(one);
    expect((await visitor.logIn(peer)).status).toBe(200);
    const repeated = await visitor.activate(peer, code);
    expect(repeated.status).toBe(200);
    await claimsLapse(house);
    expect((await visitor.activate(peer, code)).text).toBe(repeated.text);
  });

  it('KP-A4 before the answer: the repeat has the same body at once', async () => {
    const { visitor, code } = await applicant();
    await willCrash(one, 'KP-A4');
    expect((await visitor.activate(url, code)).status).toBe(0);
    await hasCrashed(one);
    const repeated = await visitor.activate(peer, code);
    expect([repeated.status, repeated.ms < 1_000]).toEqual([200, true]);
    expect((await visitor.activate(peer, code)).text).toBe(repeated.text);
    expect((await visitor.logIn(peer)).status).toBe(200);
  });
});
