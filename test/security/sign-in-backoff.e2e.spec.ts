import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Reply, send } from '../support/http-message.js';
import { countOutcomes } from '../support/invariant-checks.js';
import { race } from '../support/race.js';
import { extractCode, randomCredentials } from '../support/registration-requests.js';
import {
  type ActiveCustomer,
  callApi,
  createActiveCustomer,
  logIn,
  SIGN_IN_SETTINGS,
  signInRequest,
  type TokenResponse,
} from '../support/session-requests.js';
import { type SmsSink, startSmsSink } from '../support/sms-sink.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';

const WRONG = 'not the password of anybody';

let deployment: TestDeployment;
let sms: SmsSink;
let firstUrl: string;
let secondUrl: string;
beforeAll(async () => {
  sms = await startSmsSink();
  const env = { ...SIGN_IN_SETTINGS, SMS_API_URL: sms.url, SMS_API_TOKEN: sms.token };
  deployment = await startDeployment({ roles: ['all', 'api'], env });
  [firstUrl = '', secondUrl = ''] = deployment.urls;
});
afterAll(() => Promise.all([deployment?.close(), sms?.stop()]));

let sources = 0;
/** An address that nobody has used yet. */
const freshSource = (): string => `198.18.${Math.floor(++sources / 250)}.${(sources % 250) + 1}`;
const signInWithWrongPassword = async (username: string, times: number, from: string): Promise<number[]> => {
  const statuses: number[] = [];
  for (let n = 0; n < times; n++) statuses.push((await callApi(firstUrl, signInRequest(username, WRONG, from))).status);
  return statuses;
};
const passwordChange = (bearer: string, currentPassword: string): Promise<Reply> =>
  send(`${firstUrl}/v1/auth/password`, 'PUT', {
    bearer,
    json: { currentPassword, newPassword: `${WRONG}, but a new one` },
  });
const signInFromFreshSource = async (who: ActiveCustomer): Promise<TokenResponse> =>
  (await logIn(firstUrl, who, freshSource())).json;

/** Five wrong passwords, and two more while their wait, which is made longer for a slow machine, lasts. */
const exhaustTries = async (username: string, from: string): Promise<number[]> => {
  const statuses = await signInWithWrongPassword(username, 5, from);
  await deployment.database.query(
    'update auth_login_tries set wait_until_ms = wait_until_ms + 60000 where source = $1 and wait_until_ms > 0',
    [from],
  );
  return [...statuses, ...(await signInWithWrongPassword(username, 2, from))];
};

describe('the waits after wrong passwords', () => {
  it('are the same at both names of a customer as at two names of nobody [AC-65]', async () => {
    const who = await createActiveCustomer(deployment);
    const phone = `+1415555${randomInt(1_000, 9_999)}`;
    const { access_token: bearer } = await signInFromFreshSource(who);
    const below = `${firstUrl}/v1/customers/me/identifiers`;
    const asked = await send(below, 'POST', { bearer, json: { phone, currentPassword: who.password } });
    expect(asked.status, asked.text).toBe(202);
    const code = extractCode({ subject: '', text: (await sms.waitFor(({ to }) => to === phone)).text });
    expect((await send(`${below}/confirm`, 'POST', { bearer, json: { code } })).status).toBe(200);
    const answers: number[][] = [];
    for (const [email, number] of [
      [who.email, phone],
      [randomCredentials().email, '+12025550143'],
    ] as const) {
      const from = freshSource();
      answers.push([...(await exhaustTries(email, from)), ...(await signInWithWrongPassword(number, 1, from))]);
    }
    expect(answers[0]).toEqual([401, 401, 401, 401, 401, 429, 429, 401]);
    expect(answers[1]).toEqual(answers[0]);
  });

  it('are the same for customers and nobody where the customer has signed in before [AC-65]', async () => {
    const who = await createActiveCustomer(deployment);
    const home = freshSource();
    expect((await logIn(firstUrl, who, home)).status).toBe(200);
    const answers: number[][] = [];
    for (const name of [who.email, randomCredentials().email])
      answers.push([...(await exhaustTries(name, freshSource())), ...(await exhaustTries(name, home))]);
    expect(answers[0]).toEqual([401, 401, 401, 401, 401, 429, 429, 401, 401, 401, 401, 401, 429, 429]);
    expect(answers[1]).toEqual(answers[0]);
  });

  it('stay when a name becomes a customer [AC-65]', async () => {
    const person = randomCredentials();
    const from = freshSource();
    expect((await exhaustTries(person.email, from)).at(-1)).toBe(429);
    const who = await createActiveCustomer(deployment, person);
    expect((await logIn(secondUrl, who, from)).status).toBe(429);
  });

  it('of two sources that keep trying never keep the owner out at a third one [AC-66]', async () => {
    const who = await createActiveCustomer(deployment);
    const enemies = [freshSource(), freshSource()];
    let attacking = true;
    const attacks = enemies.map(async (from) => {
      for (; attacking; await sleep(300)) await callApi(firstUrl, signInRequest(who.email, WRONG, from));
    });
    await expect
      .poll(async () => (await callApi(firstUrl, signInRequest(who.email, WRONG, enemies[0]))).status)
      .toBe(429);
    const statuses: number[] = [];
    for (let n = 0; n < 10; n++) statuses.push((await logIn(n % 2 ? firstUrl : secondUrl, who, freshSource())).status);
    attacking = false;
    await Promise.all(attacks);
    expect(statuses).toEqual(Array(10).fill(200));
  });

  it('leave a source that has not tried yet two comparisons at once, however many others try [AC-66]', async () => {
    const who = await createActiveCustomer(deployment);
    for (let n = 0; n < 12; n++) await signInWithWrongPassword(who.email, 5, freshSource());
    const from = freshSource();
    expect(await signInWithWrongPassword(who.email, 3, from)).toEqual([401, 401, 429]);
    const slowed = await callApi(firstUrl, signInRequest(who.email, WRONG, from));
    expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(5);
    expect((await logIn(secondUrl, who, freshSource())).status).toBe(200);
  });

  it('come after five comparisons of a source in a burst over two replicas, and of each source for itself [AC-66]', async () => {
    const who = await createActiveCustomer(deployment);
    const burst = async () =>
      countOutcomes(
        (await race(deployment.urls, Array(20).fill(signInRequest(who.email, WRONG, freshSource())))).replies,
      );
    const expected = { '401 auth.invalid_credentials': 5, '429 auth.too_many_attempts': 15 };
    expect([await burst(), await burst()]).toEqual([expected, expected]);
  });
});

describe('wrong current passwords of somebody who has stolen an access token', () => {
  it('are compared five times at once and make no sign-in wait [AC-66]', async () => {
    const who = await createActiveCustomer(deployment);
    const { access_token: stolen } = await signInFromFreshSource(who);
    const own = await signInFromFreshSource(who);
    const guesses = Array.from({ length: 20 }, () => ({
      method: 'PUT',
      path: '/v1/auth/password',
      bearer: stolen,
      json: { currentPassword: WRONG, newPassword: `${WRONG}, but a new one` },
    }));
    const { replies } = await race(deployment.urls, guesses);
    expect(countOutcomes(replies)).toEqual({ '400 auth.password_wrong': 5, '429 auth.too_many_attempts': 15 });
    expect((await logIn(secondUrl, who, freshSource())).status).toBe(200);
    expect((await passwordChange(stolen, WRONG)).status).toBe(429);
    // The owner's own session is another one.
    expect((await passwordChange(own.access_token, who.password)).status).toBe(204);
  });
});
