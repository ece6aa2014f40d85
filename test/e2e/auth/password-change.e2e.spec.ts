import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  changePassword,
  fetchMeStatus,
  type HttpClient,
  logIn,
  refreshTokens,
  type TokenResponse,
  tryLogIn,
} from '../../support/auth-requests.js';
import { BACKENDS } from '../../support/backends.js';
import { race } from '../../support/race.js';
import { identifierOf, newRegistration, type RegistrationInput } from '../../support/registration-fixtures.js';
import { useTestApp } from '../../support/test-app.js';

const NEW = 'another horse, another staple';

describe.each(BACKENDS)('a change of the password on $name', (backend) => {
  const app = useTestApp(backend);
  /** A second process, where there can be one. */
  let other: HttpClient & { readonly url: string };
  beforeAll(async () => {
    other = (await app.instance.services?.startReplica({ PUBLIC_URL: app.program.url })) ?? app.program;
  });

  const customer = async (): Promise<RegistrationInput> => (await app.createCustomer(newRegistration())).person;
  const ends = async (door: HttpClient, tokens: TokenResponse): Promise<void> => {
    const since = performance.now();
    while ((await fetchMeStatus(door, tokens)) === 200 && performance.now() - since < 2_000) await sleep(20);
    expect(performance.now() - since).toBeLessThan(1_000);
  };

  it('ST-P6 needs the current one; the other sessions end on every replica, its own goes on', async () => {
    const person = await customer();
    const [here, there] = [await logIn(app, person), await logIn(other, person)];
    for (const tokens of [here, there])
      expect([await fetchMeStatus(app, tokens), await fetchMeStatus(other, tokens)]).toEqual([200, 200]);
    const wrong = await changePassword(app, here, 'not the current one', NEW);
    expect([wrong.status, wrong.json.code]).toEqual([400, 'auth.password_wrong']);
    const { status, text, headers } = await changePassword(app, here, person.password, NEW);
    expect([status, text, headers.get('cache-control')]).toEqual([204, '', 'no-store']);
    for (const door of [app, other]) await ends(door, there);
    expect((await refreshTokens(other, there)).status).toBe(401);
    expect([await fetchMeStatus(app, here), await fetchMeStatus(other, here)]).toEqual([200, 200]);
    const { json: next } = await refreshTokens(other, here);
    expect([await fetchMeStatus(app, next), await fetchMeStatus(other, next), await fetchMeStatus(app, here)]).toEqual([
      200, 200, 200,
    ]);
    expect((await tryLogIn(other, identifierOf(person), person.password)).status).toBe(401);
    await logIn(app, person, NEW);
  });

  it('wrong current ones make the session that asks wait, over all replicas, and no sign-in [AC-66]', async () => {
    const person = await customer();
    const tokens = await logIn(app, person);
    const statuses = [];
    for (let n = 0; n < 5; n++)
      statuses.push((await changePassword([app, other][n % 2] as HttpClient, tokens, 'wrong', NEW)).status);
    const waits = await changePassword(app, tokens, person.password, NEW);
    expect([...statuses, waits.status]).toEqual([400, 400, 400, 400, 400, 429]);
    expect(Number(waits.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await tryLogIn(other, identifierOf(person), person.password)).status).toBe(200);
    expect(await fetchMeStatus(app, tokens)).toBe(200);
    await expect
      .poll(async () => (await changePassword(other, tokens, person.password, NEW)).status, { timeout: 5_000 })
      .toBe(204);
  });

  it('AC-51 several at once: one password is set, and the others are told that it was changed', async () => {
    const person = await customer();
    const { access_token: bearer } = await logIn(app, person);
    const passwords = [1, 2, 3, 4].map((n) => `${NEW} ${n}`);
    const requests = passwords.map((newPassword) => ({
      method: 'PUT',
      path: '/v1/auth/password',
      bearer,
      json: { currentPassword: person.password, newPassword },
    }));
    const { replies } = await race([app.program.url, other.url], requests);
    const statuses = replies.map(({ status }) => status);
    expect(statuses.filter((status) => status === 204)).toEqual([204]);
    // who came later is told so, or finds that the current one is another already
    expect(statuses.filter((status) => ![204, 400, 409].includes(status))).toEqual([]);
    const taken = [];
    for (const password of passwords) taken.push((await tryLogIn(app, identifierOf(person), password)).status === 200);
    expect(taken).toEqual(statuses.map((status) => status === 204));
  });

  it('ST-P1 ST-P2 ST-P4 a new one is looked at as at registration', async () => {
    const person = await customer();
    const tokens = await logIn(app, person);
    for (const [password, reason] of Object.entries({ short: 'too_short', 'P@ssw0rd2026': 'too_common' })) {
      const { status, json } = await changePassword(app, tokens, person.password, password);
      const errors = [{ pointer: '/newPassword', code: `password.${reason}` }];
      expect([status, json]).toMatchObject([422, { errors }]);
    }
    const accepted = `mo\u0308bius\0${'a'.repeat(80)}!`;
    expect((await changePassword(app, tokens, person.password, accepted)).status).toBe(204);
    expect((await changePassword(app, tokens, `${accepted.slice(0, -1)}?`, NEW)).status).toBe(400);
    expect((await changePassword(app, tokens, accepted.normalize('NFC'), NEW)).status).toBe(204);
    await logIn(app, person, NEW);
  });

  it('AC-48 AC-49 it is that of the token, whoever is named beside it', async () => {
    const [person, neighbour] = [await customer(), await customer()];
    const { id } = (await app.getMe((await logIn(app, neighbour)).access_token)).json;
    const { access_token: bearer } = await logIn(app, person);
    const json = { currentPassword: neighbour.password, newPassword: NEW };
    const put = (body: object, path = '/v1/auth/password') => app.request('PUT', path, { bearer, json: body });
    for (const name of ['customerId', 'id', 'sub', 'username', 'status', 'roles', 'oneTime'])
      expect([name, (await put({ ...json, [name]: id })).status]).toEqual([name, 422]);
    expect((await put(json, `/v1/auth/password?customerId=${id}`)).status).toBe(400);
    await logIn(app, neighbour);
    expect((await app.request('PUT', '/v1/auth/password', { json })).status).toBe(401);
  });

  it('AC-38 AC-44 both are strings', async () => {
    const person = await customer();
    const tokens = await logIn(app, person);
    const { password } = person;
    for (const other of [[password], { password }, 12345678, null, undefined, true]) {
      expect((await changePassword(app, tokens, other, NEW)).status).toBe(422);
      expect((await changePassword(app, tokens, password, other)).status).toBe(422);
    }
    expect((await changePassword(app, tokens, '', NEW)).status).toBe(422);
    await logIn(app, person);
  });
});
