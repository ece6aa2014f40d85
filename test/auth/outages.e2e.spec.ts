import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ChaosHouse, openChaosHouse } from '../chaos/chaos-house.js';
import { hasCrashed, willCrash } from '../chaos/crash.js';
import { Members } from '../customers/members.js';
import { stranger } from '../replicas/people.js';
import { send } from '../support/http-message.js';
import type { Program } from '../support/program.js';
import {
  type Customer,
  customerOf,
  logOut,
  refresh,
  SIGN_IN_RULES,
  sessions,
  type Tokens,
  tokensOf,
} from './customers.js';

const WITHIN = { timeout: 1_000, interval: 20 };

let house: ChaosHouse;
let one: Program;
let other: Program;
let mia: Customer;
let tokens: Tokens;
beforeAll(async () => {
  // The limit per source is on: its counts are in Redis.
  const env = { ...SIGN_IN_RULES, LIMIT_LOGINS_PER_SOURCE: '1000' };
  house = await openChaosHouse({ runs: ['all', 'all'], faulty: [0, 1], env });
  [one, other] = house.programs as [Program, Program];
  mia = await customerOf(house);
});
afterAll(() => house?.close());
beforeEach(async () => {
  tokens = await tokensOf(other.url, mia);
});
afterEach(() => house.faults.redis.pass());

const status = async (url: string, { access_token }: Tokens) => (await sessions(url, access_token)).status;
async function isOver(theirs: Tokens, urls: readonly string[] = house.urls): Promise<void> {
  for (const url of urls) {
    await expect.poll(() => status(url, theirs), WITHIN).toBe(401);
    expect((await refresh(url, theirs.refresh_token)).status).toBe(401);
  }
}

describe('FM-R6 a Redis that forgets', () => {
  it('given a sign-out, and then a Redis that is empty and hangs up, then both tokens stay dead', async () => {
    const kept = await tokensOf(other.url, mia);
    expect((await logOut(one.url, tokens.access_token)).status).toBe(204);
    await house.redis.flushall();
    house.faults.redis.reset();
    await isOver(tokens);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await isOver(tokens);
    for (const url of house.urls) expect(await status(url, kept)).toBe(200);
  });
});

describe('FM-R1 FM-R2 a Redis that is away', () => {
  it.each(['refuse', 'blackhole'] as const)(
    'given that it would %s, then sign-in, refresh and sign-out work, the latter everywhere within a second',
    async (how) => {
      house.faults.redis[how]();
      const theirs = await tokensOf(one.url, mia);
      const child = await refresh(other.url, theirs.refresh_token);
      expect(child.status).toBe(200);
      expect(await status(one.url, child.json)).toBe(200);
      expect((await logOut(one.url, child.json.access_token)).status).toBe(204);
      await isOver(theirs);
      await isOver(child.json);
      expect(await status(other.url, tokens)).toBe(200);
    },
  );
});

describe('FM-R1 the register of customers while Redis is away', () => {
  it('is read and written, and what is made under a key is made once', async () => {
    const members = new Members(house);
    const admin = await members.administrator();
    house.faults.redis.refuse();
    const key = { headers: { 'idempotency-key': 'k-away' } };
    const json = { ...stranger(), password: undefined };
    const made = await members.call('POST', '', admin, json, key);
    const again = await members.call('POST', '', admin, json, { ...key, base: members.there });
    expect([made.status, again.status, again.json.id]).toEqual([201, 201, made.json.id]);
    const { id } = made.json;
    const steps: readonly [string, string, object?][] = [
      ['GET', id],
      ['GET', `?email=${encodeURIComponent(json.email)}`],
      ['PATCH', id, { lastName: 'Away' }],
      ['PUT', `${id}/roles`, { roles: ['customer', 'staff'] }],
      ['DELETE', id],
      ['POST', `${id}/restore`],
      ['DELETE', `${id}?mode=erase`],
    ];
    const answers: [string, number][] = [];
    for (const [method, below, body] of steps)
      answers.push([`${method} ${below}`, (await members.call(method, below, admin, body)).status]);
    expect(answers.filter(([, status]) => status >= 300)).toEqual([]);
    const others = [
      send(`${one.url}/v1/auth/password/forgot`, 'POST', { json: { username: mia.email } }),
      send(`${one.url}/v1/customers/me/identifiers`, 'POST', {
        bearer: tokens.access_token,
        json: { email: stranger().email, currentPassword: mia.password },
      }),
    ];
    expect((await Promise.all(others)).map(({ status }) => status)).toEqual([503, 503]);
  });
});

describe('a sign-out', () => {
  it('INV-06 is known to another replica within a second, 10 times out of 10', async () => {
    const late: number[] = [];
    for (let n = 0; n < 10; n++) {
      const theirs = await tokensOf(one.url, mia);
      expect(await status(other.url, theirs)).toBe(200);
      expect((await logOut(one.url, theirs.access_token)).status).toBe(204);
      const since = performance.now();
      while ((await status(other.url, theirs)) !== 401 && performance.now() - since < 2_000);
      late.push(performance.now() - since);
    }
    expect(Math.max(...late)).toBeLessThan(1_000);
  });
});

describe('a process that is killed', () => {
  it('KP-T1 given after the child was stored, then the repeat gets it from the other one, and later the family ends', async () => {
    await willCrash(one, 'KP-T1');
    await expect(refresh(one.url, tokens.refresh_token)).rejects.toThrow();
    await hasCrashed(one);
    const child = (await refresh(other.url, tokens.refresh_token)).json;
    const sql = 'select turn from auth_sessions where customer_id = $1 order by used_at desc limit 1';
    expect((await house.database.query(sql, [mia.id])).rows).toEqual([{ turn: 1 }]);
    const grandchild = await refresh(other.url, child.refresh_token);
    expect([grandchild.status, await status(other.url, grandchild.json)]).toEqual([200, 200]);
    expect((await refresh(other.url, tokens.refresh_token)).status).toBe(401);
    await isOver(grandchild.json, [other.url]);
  });

  it('KP-T2 FM-R6 given after a sign-out was stored, and before Redis heard of it, then it holds everywhere, and after a restart', async () => {
    expect(await status(other.url, tokens)).toBe(200);
    await willCrash(one, 'KP-T2');
    await expect(logOut(one.url, tokens.access_token)).rejects.toThrow();
    await hasCrashed(one);
    await isOver(tokens, [other.url]);
    await house.redis.flushall();
    await one.restart();
    await isOver(tokens, [one.url]);
  });
});
