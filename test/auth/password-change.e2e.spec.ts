import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS } from '../registration/backends.js';
import { useHall } from '../registration/hall.js';
import { identifierOf, newcomer, type Person } from '../registration/people.js';
import { race } from '../support/race.js';
import { change, type Door, logIn, me, refresh, type TokenSet, tryLogIn } from './door.js';

const NEW = 'another horse, another staple';

describe.each(BACKENDS)('a change of the password on $name', (backend) => {
  const hall = useHall(backend);
  /** A second process, where there can be one. */
  let other: Door & { readonly url: string };
  beforeAll(async () => {
    other = (await hall.house.services?.startReplica({ PUBLIC_URL: hall.program.url })) ?? hall.program;
  });

  const customer = async (): Promise<Person> => (await hall.customer(newcomer())).person;
  const ends = async (door: Door, tokens: TokenSet): Promise<void> => {
    const since = performance.now();
    while ((await me(door, tokens)) === 200 && performance.now() - since < 2_000) await sleep(20);
    expect(performance.now() - since).toBeLessThan(1_000);
  };

  it('ST-P6 needs the current one; the other sessions end on every replica, its own goes on', async () => {
    const person = await customer();
    const [here, there] = [await logIn(hall, person), await logIn(other, person)];
    for (const tokens of [here, there]) expect([await me(hall, tokens), await me(other, tokens)]).toEqual([200, 200]);
    const wrong = await change(hall, here, 'not the current one', NEW);
    expect([wrong.status, wrong.json.code]).toEqual([400, 'auth.password_wrong']);
    const { status, text, headers } = await change(hall, here, person.password, NEW);
    expect([status, text, headers.get('cache-control')]).toEqual([204, '', 'no-store']);
    for (const door of [hall, other]) await ends(door, there);
    expect((await refresh(other, there)).status).toBe(401);
    expect([await me(hall, here), await me(other, here)]).toEqual([200, 200]);
    const { json: next } = await refresh(other, here);
    expect([await me(hall, next), await me(other, next), await me(hall, here)]).toEqual([200, 200, 200]);
    expect((await tryLogIn(other, identifierOf(person), person.password)).status).toBe(401);
    await logIn(hall, person, NEW);
  });

  it('wrong current ones make the session that asks wait, over all replicas, and no sign-in [AC-66]', async () => {
    const person = await customer();
    const tokens = await logIn(hall, person);
    const statuses = [];
    for (let n = 0; n < 5; n++)
      statuses.push((await change([hall, other][n % 2] as Door, tokens, 'wrong', NEW)).status);
    const waits = await change(hall, tokens, person.password, NEW);
    expect([...statuses, waits.status]).toEqual([400, 400, 400, 400, 400, 429]);
    expect(Number(waits.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await tryLogIn(other, identifierOf(person), person.password)).status).toBe(200);
    expect(await me(hall, tokens)).toBe(200);
    await expect
      .poll(async () => (await change(other, tokens, person.password, NEW)).status, { timeout: 5_000 })
      .toBe(204);
  });

  it('AC-51 several at once: one password is set, and the others are told that it was changed', async () => {
    const person = await customer();
    const { access_token: bearer } = await logIn(hall, person);
    const passwords = [1, 2, 3, 4].map((n) => `${NEW} ${n}`);
    const requests = passwords.map((newPassword) => ({
      method: 'PUT',
      path: '/v1/auth/password',
      bearer,
      json: { currentPassword: person.password, newPassword },
    }));
    const { replies } = await race([hall.program.url, other.url], requests);
    const statuses = replies.map(({ status }) => status);
    expect(statuses.filter((status) => status === 204)).toEqual([204]);
    // who came later is told so, or finds that the current one is another already
    expect(statuses.filter((status) => ![204, 400, 409].includes(status))).toEqual([]);
    const taken = [];
    for (const password of passwords) taken.push((await tryLogIn(hall, identifierOf(person), password)).status === 200);
    expect(taken).toEqual(statuses.map((status) => status === 204));
  });

  it('ST-P1 ST-P2 ST-P4 a new one is looked at as at registration', async () => {
    const person = await customer();
    const tokens = await logIn(hall, person);
    for (const [password, reason] of Object.entries({ short: 'too_short', 'P@ssw0rd2026': 'too_common' })) {
      const { status, json } = await change(hall, tokens, person.password, password);
      const errors = [{ pointer: '/newPassword', code: `password.${reason}` }];
      expect([status, json]).toMatchObject([422, { errors }]);
    }
    const accepted = `mo\u0308bius\0${'a'.repeat(80)}!`;
    expect((await change(hall, tokens, person.password, accepted)).status).toBe(204);
    expect((await change(hall, tokens, `${accepted.slice(0, -1)}?`, NEW)).status).toBe(400);
    expect((await change(hall, tokens, accepted.normalize('NFC'), NEW)).status).toBe(204);
    await logIn(hall, person, NEW);
  });

  it('AC-48 AC-49 it is that of the token, whoever is named beside it', async () => {
    const [person, neighbour] = [await customer(), await customer()];
    const { id } = (await hall.me((await logIn(hall, neighbour)).access_token)).json;
    const { access_token: bearer } = await logIn(hall, person);
    const json = { currentPassword: neighbour.password, newPassword: NEW };
    const put = (body: object, path = '/v1/auth/password') => hall.request('PUT', path, { bearer, json: body });
    for (const name of ['customerId', 'id', 'sub', 'username', 'status', 'roles', 'oneTime'])
      expect([name, (await put({ ...json, [name]: id })).status]).toEqual([name, 422]);
    expect((await put(json, `/v1/auth/password?customerId=${id}`)).status).toBe(400);
    await logIn(hall, neighbour);
    expect((await hall.request('PUT', '/v1/auth/password', { json })).status).toBe(401);
  });

  it('AC-38 AC-44 both are strings', async () => {
    const person = await customer();
    const tokens = await logIn(hall, person);
    const { password } = person;
    for (const other of [[password], { password }, 12345678, null, undefined, true]) {
      expect((await change(hall, tokens, other, NEW)).status).toBe(422);
      expect((await change(hall, tokens, password, other)).status).toBe(422);
    }
    expect((await change(hall, tokens, '', NEW)).status).toBe(422);
    await logIn(hall, person);
  });
});
