import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CustomersClient } from '../support/customers-client.js';
import { send } from '../support/http-message.js';
import type { Program } from '../support/program.js';
import { randomCredentials } from '../support/registration-requests.js';
import {
  type ActiveCustomer,
  createActiveCustomer,
  listSessions,
  logOut,
  refreshTokens,
  SIGN_IN_SETTINGS,
  signInForTokens,
  type TokenResponse,
} from '../support/session-requests.js';
import { crashAt, waitForCrash } from './crash-injection.js';
import { type FaultyDeployment, startFaultyDeployment } from './faulty-deployment.js';

const WITHIN = { timeout: 1_000, interval: 20 };

let deployment: FaultyDeployment;
let firstReplica: Program;
let secondReplica: Program;
let mia: ActiveCustomer;
let tokens: TokenResponse;
beforeAll(async () => {
  // The limit per source is on: its counts are in Redis.
  const env = { ...SIGN_IN_SETTINGS, LIMIT_LOGINS_PER_SOURCE: '1000' };
  deployment = await startFaultyDeployment({ roles: ['all', 'all'], proxiedReplicas: [0, 1], env });
  [firstReplica, secondReplica] = deployment.programs as [Program, Program];
  mia = await createActiveCustomer(deployment);
});
afterAll(() => deployment?.close());
beforeEach(async () => {
  tokens = await signInForTokens(secondReplica.url, mia);
});
afterEach(() => deployment.proxies.redis.restore());

const status = async (url: string, { access_token }: TokenResponse) => (await listSessions(url, access_token)).status;
async function expectSessionEnded(theirs: TokenResponse, urls: readonly string[] = deployment.urls): Promise<void> {
  for (const url of urls) {
    await expect.poll(() => status(url, theirs), WITHIN).toBe(401);
    expect((await refreshTokens(url, theirs.refresh_token)).status).toBe(401);
  }
}

describe('FM-R6 a Redis that forgets', () => {
  it('given a sign-out, and then a Redis that is empty and hangs up, then both tokens stay dead', async () => {
    const kept = await signInForTokens(secondReplica.url, mia);
    expect((await logOut(firstReplica.url, tokens.access_token)).status).toBe(204);
    await deployment.redis.flushall();
    deployment.proxies.redis.reset();
    await expectSessionEnded(tokens);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await expectSessionEnded(tokens);
    for (const url of deployment.urls) expect(await status(url, kept)).toBe(200);
  });
});

describe('FM-R1 FM-R2 a Redis that is away', () => {
  it.each(['refuse', 'blackhole'] as const)(
    'given that it would %s, then sign-in, refresh and sign-out work, the latter everywhere within a second',
    async (how) => {
      deployment.proxies.redis[how]();
      const theirs = await signInForTokens(firstReplica.url, mia);
      const child = await refreshTokens(secondReplica.url, theirs.refresh_token);
      expect(child.status).toBe(200);
      expect(await status(firstReplica.url, child.json)).toBe(200);
      expect((await logOut(firstReplica.url, child.json.access_token)).status).toBe(204);
      await expectSessionEnded(theirs);
      await expectSessionEnded(child.json);
      expect(await status(secondReplica.url, tokens)).toBe(200);
    },
  );
});

describe('FM-R1 the register of customers while Redis is away', () => {
  it('is read and written, and what is made under a key is made once', async () => {
    const members = new CustomersClient(deployment);
    const admin = await members.createAdministrator();
    deployment.proxies.redis.refuse();
    const key = { headers: { 'idempotency-key': 'k-away' } };
    const json = { ...randomCredentials(), password: undefined };
    const made = await members.callCustomers('POST', '', admin, json, key);
    const again = await members.callCustomers('POST', '', admin, json, { ...key, base: members.lastReplicaUrl });
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
      answers.push([`${method} ${below}`, (await members.callCustomers(method, below, admin, body)).status]);
    expect(answers.filter(([, status]) => status >= 300)).toEqual([]);
    const others = [
      send(`${firstReplica.url}/v1/auth/password/forgot`, 'POST', { json: { username: mia.email } }),
      send(`${firstReplica.url}/v1/customers/me/identifiers`, 'POST', {
        bearer: tokens.access_token,
        json: { email: randomCredentials().email, currentPassword: mia.password },
      }),
    ];
    expect((await Promise.all(others)).map(({ status }) => status)).toEqual([503, 503]);
  });
});

describe('a sign-out', () => {
  it('INV-06 is known to another replica within a second, 10 times out of 10', async () => {
    const late: number[] = [];
    for (let n = 0; n < 10; n++) {
      const theirs = await signInForTokens(firstReplica.url, mia);
      expect(await status(secondReplica.url, theirs)).toBe(200);
      expect((await logOut(firstReplica.url, theirs.access_token)).status).toBe(204);
      const since = performance.now();
      while ((await status(secondReplica.url, theirs)) !== 401 && performance.now() - since < 2_000);
      late.push(performance.now() - since);
    }
    expect(Math.max(...late)).toBeLessThan(1_000);
  });
});

describe('a process that is killed', () => {
  it('KP-T1 given after the child was stored, then the repeat gets it from the other one, and later the family ends', async () => {
    await crashAt(firstReplica, 'KP-T1');
    await expect(refreshTokens(firstReplica.url, tokens.refresh_token)).rejects.toThrow();
    await waitForCrash(firstReplica);
    const child = (await refreshTokens(secondReplica.url, tokens.refresh_token)).json;
    const sql = 'select turn from auth_sessions where customer_id = $1 order by used_at desc limit 1';
    expect((await deployment.database.query(sql, [mia.id])).rows).toEqual([{ turn: 1 }]);
    const grandchild = await refreshTokens(secondReplica.url, child.refresh_token);
    expect([grandchild.status, await status(secondReplica.url, grandchild.json)]).toEqual([200, 200]);
    expect((await refreshTokens(secondReplica.url, tokens.refresh_token)).status).toBe(401);
    await expectSessionEnded(grandchild.json, [secondReplica.url]);
  });

  it('KP-T2 FM-R6 given after a sign-out was stored, and before Redis heard of it, then it holds everywhere, and after a restart', async () => {
    expect(await status(secondReplica.url, tokens)).toBe(200);
    await crashAt(firstReplica, 'KP-T2');
    await expect(logOut(firstReplica.url, tokens.access_token)).rejects.toThrow();
    await waitForCrash(firstReplica);
    await expectSessionEnded(tokens, [secondReplica.url]);
    await deployment.redis.flushall();
    await firstReplica.restart();
    await expectSessionEnded(tokens, [firstReplica.url]);
  });
});
