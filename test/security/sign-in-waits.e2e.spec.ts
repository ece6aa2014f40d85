import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Customer, call, customerOf, logIn, SIGN_IN_RULES, signIn, type Tokens } from '../auth/customers.js';
import { Members } from '../customers/members.js';
import { tally } from '../replicas/checks.js';
import { type House, openHouse } from '../replicas/house.js';
import { stranger } from '../replicas/people.js';
import { type Reply, send } from '../support/http-message.js';
import { race } from '../support/race.js';

const WRONG = 'not the password of anybody';

let house: House;
let one: string;
let other: string;
beforeAll(async () => {
  house = await openHouse({ runs: ['all', 'api'], env: SIGN_IN_RULES });
  [one = '', other = ''] = house.urls;
});
afterAll(() => house?.close());

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

describe('the waits after wrong passwords', () => {
  it('are the same at both names of a customer as at two names of nobody [AC-65]', async () => {
    const members = new Members(house);
    const both = { email: stranger().email, phone: `+1415555${randomInt(1_000, 9_999)}` };
    const made = await members.call('POST', '', await members.administrator(), both);
    expect(made.status, made.text).toBe(201);
    const nobody = { email: stranger().email, phone: '+12025550143' };
    const answers: number[][] = [];
    for (const { email, phone } of [both, nobody]) {
      const from = freshSource();
      answers.push([...(await wrongly(email, 7, from)), ...(await wrongly(phone, 1, from))]);
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toEqual([401, 401, 401, 401, 401, 429, 429, 401]);
  });

  it('are the same for customers and nobody where the customer has signed in before [AC-65]', async () => {
    const who = await customerOf(house);
    const home = freshSource();
    expect((await logIn(one, who, home)).status).toBe(200);
    const answers: number[][] = [];
    for (const name of [who.email, stranger().email]) {
      const elsewhere = freshSource();
      answers.push([...(await wrongly(name, 7, elsewhere)), ...(await wrongly(name, 7, home))]);
    }
    expect(answers[0]).toEqual(answers[1]);
  });

  it('stay when a name becomes a customer [AC-65]', async () => {
    const person = stranger();
    const from = freshSource();
    await wrongly(person.email, 7, from);
    await house.database.query(
      'update auth_login_tries set wait_until_ms = wait_until_ms + 60000 where wait_until_ms > 0',
    );
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
