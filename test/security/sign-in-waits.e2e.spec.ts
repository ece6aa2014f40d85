import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Customer, call, customerOf, logIn, SIGN_IN_RULES, signIn, type Tokens } from '../auth/customers.js';
import { tally } from '../replicas/checks.js';
import { type House, openHouse } from '../replicas/house.js';
import { codeIn, stranger } from '../replicas/people.js';
import { type Reply, send } from '../support/http-message.js';
import { race } from '../support/race.js';
import { type SmsSink, startSmsSink } from '../support/sms-sink.js';

const WRONG = 'not the password of anybody';

let house: House;
let sms: SmsSink;
let one: string;
let other: string;
beforeAll(async () => {
  sms = await startSmsSink();
  const env = { ...SIGN_IN_RULES, SMS_API_URL: sms.url, SMS_API_TOKEN: sms.token };
  house = await openHouse({ runs: ['all', 'api'], env });
  [one = '', other = ''] = house.urls;
});
afterAll(() => Promise.all([house?.close(), sms?.stop()]));

let sources = 0;
/** An address that nobody has used yet. */
const freshSource = (): string => `198.18.${Math.floor(++sources / 250)}.${(sources % 250) + 1}`;
const wrongly = async (username: string, times: number, from: string): Promise<number[]> => {
  const statuses: number[] = [];
  for (let n = 0; n < times; n++) statuses.push((await call(one, signIn(username, WRONG, from))).status);
  return statuses;
};
const passwordChange = (bearer: string, currentPassword: string): Promise<Reply> =>
  send(`${one}/v1/auth/password`, 'PUT', { bearer, json: { currentPassword, newPassword: `${WRONG}, but a new one` } });
const signedIn = async (who: Customer): Promise<Tokens> => (await logIn(one, who, freshSource())).json;

/** Five wrong passwords, and two more while their wait, which is made longer for a slow machine, lasts. */
const exhausted = async (username: string, from: string): Promise<number[]> => {
  const statuses = await wrongly(username, 5, from);
  await house.database.query(
    'update auth_login_tries set wait_until_ms = wait_until_ms + 60000 where source = $1 and wait_until_ms > 0',
    [from],
  );
  return [...statuses, ...(await wrongly(username, 2, from))];
};

describe('the waits after wrong passwords', () => {
  it('are the same at both names of a customer as at two names of nobody [AC-65]', async () => {
    const who = await customerOf(house);
    const phone = `+1415555${randomInt(1_000, 9_999)}`;
    const { access_token: bearer } = await signedIn(who);
    const below = `${one}/v1/customers/me/identifiers`;
    const asked = await send(below, 'POST', { bearer, json: { phone, currentPassword: who.password } });
    expect(asked.status, asked.text).toBe(202);
    const code = codeIn({ subject: '', text: (await sms.waitFor(({ to }) => to === phone)).text });
    expect((await send(`${below}/confirm`, 'POST', { bearer, json: { code } })).status).toBe(200);
    const answers: number[][] = [];
    for (const [email, number] of [
      [who.email, phone],
      [stranger().email, '+12025550143'],
    ] as const) {
      const from = freshSource();
      answers.push([...(await exhausted(email, from)), ...(await wrongly(number, 1, from))]);
    }
    expect(answers[0]).toEqual([401, 401, 401, 401, 401, 429, 429, 401]);
    expect(answers[1]).toEqual(answers[0]);
  });

  it('are the same for customers and nobody where the customer has signed in before [AC-65]', async () => {
    const who = await customerOf(house);
    const home = freshSource();
    expect((await logIn(one, who, home)).status).toBe(200);
    const answers: number[][] = [];
    for (const name of [who.email, stranger().email])
      answers.push([...(await exhausted(name, freshSource())), ...(await exhausted(name, home))]);
    expect(answers[0]).toEqual([401, 401, 401, 401, 401, 429, 429, 401, 401, 401, 401, 401, 429, 429]);
    expect(answers[1]).toEqual(answers[0]);
  });

  it('stay when a name becomes a customer [AC-65]', async () => {
    const person = stranger();
    const from = freshSource();
    expect((await exhausted(person.email, from)).at(-1)).toBe(429);
    const who = await customerOf(house, person);
    expect((await logIn(other, who, from)).status).toBe(429);
  });

  it('of two sources that keep trying never keep the owner out at a third one [AC-66]', async () => {
    const who = await customerOf(house);
    const enemies = [freshSource(), freshSource()];
    let attacking = true;
    const attacks = enemies.map(async (from) => {
      for (; attacking; await sleep(300)) await call(one, signIn(who.email, WRONG, from));
    });
    await expect.poll(async () => (await call(one, signIn(who.email, WRONG, enemies[0]))).status).toBe(429);
    const statuses: number[] = [];
    for (let n = 0; n < 10; n++) statuses.push((await logIn(n % 2 ? one : other, who, freshSource())).status);
    attacking = false;
    await Promise.all(attacks);
    expect(statuses).toEqual(Array(10).fill(200));
  });

  it('leave a source that has not tried yet two comparisons at once, however many others try [AC-66]', async () => {
    const who = await customerOf(house);
    for (let n = 0; n < 12; n++) await wrongly(who.email, 5, freshSource());
    const from = freshSource();
    expect(await wrongly(who.email, 3, from)).toEqual([401, 401, 429]);
    const slowed = await call(one, signIn(who.email, WRONG, from));
    expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(5);
    expect((await logIn(other, who, freshSource())).status).toBe(200);
  });

  it('come after five comparisons of a source in a burst over two replicas, and of each source for itself [AC-66]', async () => {
    const who = await customerOf(house);
    const burst = async () =>
      tally((await race(house.urls, Array(20).fill(signIn(who.email, WRONG, freshSource())))).replies);
    const expected = { '401 auth.invalid_credentials': 5, '429 auth.too_many_attempts': 15 };
    expect([await burst(), await burst()]).toEqual([expected, expected]);
  });
});

describe('wrong current passwords of somebody who has stolen an access token', () => {
  it('are compared five times at once and make no sign-in wait [AC-66]', async () => {
    const who = await customerOf(house);
    const { access_token: stolen } = await signedIn(who);
    const own = await signedIn(who);
    const guesses = Array.from({ length: 20 }, () => ({
      method: 'PUT',
      path: '/v1/auth/password',
      bearer: stolen,
      json: { currentPassword: WRONG, newPassword: `${WRONG}, but a new one` },
    }));
    const { replies } = await race(house.urls, guesses);
    expect(tally(replies)).toEqual({ '400 auth.password_wrong': 5, '429 auth.too_many_attempts': 15 });
    expect((await logIn(other, who, freshSource())).status).toBe(200);
    expect((await passwordChange(stolen, WRONG)).status).toBe(429);
    // The owner's own session is another one.
    expect((await passwordChange(own.access_token, who.password)).status).toBe(204);
  });
});
