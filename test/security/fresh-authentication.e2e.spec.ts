import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listOperations, type OpenApi } from '../architecture/docs/openapi-document.js';
import { decodeClaims, runAdminCommand } from '../support/admin-command.js';
import {
  changePassword,
  fetchMeStatus,
  logIn,
  refreshTokens,
  type TokenResponse,
  tryLogIn,
} from '../support/auth-requests.js';
import { SERVICES } from '../support/backends.js';
import { freshEmail, freshPassword, identifierOf, type RegistrationInput } from '../support/registration-fixtures.js';
import { createAdministrator } from '../support/staff-fixtures.js';
import { useTestApp } from '../support/test-app.js';
import { connectTestDatabase, type TestDatabase } from '../support/test-database.js';
import { ageSession } from './age-session.js';

interface Answer {
  readonly code?: string;
}
interface Sessions {
  readonly items: readonly { readonly id: string; readonly expiresAt: string; readonly current: boolean }[];
}

const FIVE_MINUTES = 300;
const UNKNOWN = '0190a1b2-c3d4-4e5f-8a6b-7c8d9e0f1a2b';
const CHALLENGE =
  'Bearer realm="foyer", error="insufficient_user_authentication", error_description="Sign in, or authenticate again, within the last 300 seconds", max_age="300"';

/** What needs a sign-in, or the password once more, within five minutes. */
const SENSITIVE: [method: string, path: string, json?: object][] = [
  ['POST', '/v1/auth/links', { token: 'a.b.c' }],
  ['DELETE', `/v1/auth/links/${UNKNOWN}`],
  ['DELETE', `/v1/auth/sessions/${UNKNOWN}`],
  ['POST', '/v1/auth/logout', { scope: 'all' }],
  ['DELETE', '/v1/customers/me'],
  ['GET', '/v1/customers/me/export'],
];

/** The same of administrators, about others. */
const OF_ADMINISTRATORS = [
  `DELETE /v1/customers/${UNKNOWN}`,
  `DELETE /v1/customers/${UNKNOWN}/sessions`,
  `POST /v1/customers/${UNKNOWN}/restore`,
  `PUT /v1/customers/${UNKNOWN}/roles`,
];

describe('an access token whose sign-in is more than five minutes old', () => {
  const app = useTestApp(SERVICES);
  let database: TestDatabase;
  beforeAll(() => {
    database = connectTestDatabase(app.services.database.url);
  });
  afterAll(() => database?.end());

  const customer = async (): Promise<RegistrationInput> => (await app.createCustomer()).person;
  const stale = async (person: RegistrationInput) =>
    ageSession(app, database, await logIn(app, person), FIVE_MINUTES + 5);
  const ask = <T = Answer>(tokens: TokenResponse, method: string, path: string, json?: object) =>
    app.request<T>(method, path, { bearer: tokens.access_token, ...(json && { json }) });
  const again = (tokens: TokenResponse, password: unknown) =>
    ask<TokenResponse & Answer>(tokens, 'POST', '/v1/auth/reauthenticate', { password });
  const sessionsOf = async (tokens: TokenResponse) =>
    (await ask<Sessions>(tokens, 'GET', '/v1/auth/sessions')).json.items;

  it.each(SENSITIVE)('is answered 401 with a step-up challenge on %s %s [AC-70]', async (method, path, json) => {
    const person = await customer();
    const [old, other] = [await stale(person), await logIn(app, person)];
    const target = path.replace(`sessions/${UNKNOWN}`, `sessions/${decodeClaims(other.access_token)['sid']}`);
    const reply = await ask(old, method, target, json);
    expect([reply.status, reply.json?.code, reply.headers.get('www-authenticate')]).toEqual([
      401,
      'auth.reauthentication_required',
      CHALLENGE,
    ]);
    for (const tokens of [old, other]) expect(await fetchMeStatus(app, tokens)).toBe(200);
    expect((await refreshTokens(app, other)).status).toBe(200);
  });

  it.each([
    ['GET', '/v1/customers/me', 200],
    ['GET', '/v1/auth/sessions', 200],
    ['GET', '/v1/auth/links', 200],
    ['POST', '/v1/auth/logout', 204],
  ] as const)('is taken for %s %s [AC-70]', async (method, path, status) => {
    expect((await ask(await stale(await customer()), method, path)).status).toBe(status);
  });

  it('ends its own session by id [AC-70]', async () => {
    const old = await stale(await customer());
    expect((await ask(old, 'DELETE', `/v1/auth/sessions/${old.sid}`)).status).toBe(204);
  });

  it('is refused for these routes and for no other, whatever the role [AC-70]', async () => {
    const { bearer } = await createAdministrator(app);
    const { person, customer: promoted } = await app.createCustomer();
    const json = { roles: ['customer', 'staff', 'admin'] };
    expect((await app.request('PUT', `/v1/customers/${promoted.id}/roles`, { bearer, json })).status).toBe(204);
    const old = await stale(person);
    const document = (await app.program.request<OpenApi>('GET', '/docs/openapi.json')).json;
    const asked = [];
    for (const { method, path, security } of listOperations(document)) {
      if (!security.some((one) => 'bearer' in one)) continue;
      const address = path.replace(/\{\w+\}/, UNKNOWN);
      const json = path === '/v1/auth/logout' ? { scope: 'all' } : undefined;
      const { status, json: problem } = await ask(old, method, address, json);
      if (problem?.code === 'auth.reauthentication_required') asked.push(`${status} ${method} ${path}`);
    }
    expect(asked.toSorted()).toEqual(
      [...SENSITIVE.map(([method, path]) => `${method} ${path}`), ...OF_ADMINISTRATORS]
        .map((line) => `401 ${line}`)
        .map((line) => line.replace(`sessions/${UNKNOWN}`, 'sessions/{sid}').replace(UNKNOWN, '{id}'))
        .toSorted(),
    );
    expect(await fetchMeStatus(app, old)).toBe(200);
  });

  it('does not become fresh by a refresh [AC-70]', async () => {
    const { json: child } = await refreshTokens(app, await stale(await customer()));
    expect((await ask(child, 'DELETE', '/v1/customers/me')).status).toBe(401);
    expect(await fetchMeStatus(app, child)).toBe(200);
  });

  it('becomes a fresh one of the same session with the password [AC-70]', async () => {
    const person = await customer();
    const old = await stale(person);
    const before = await sessionsOf(old);
    const since = Math.floor(Date.now() / 1_000);
    const { status, json, headers } = await again(old, person.password);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(json).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 900,
      scope: 'customer',
    });
    const [was, is] = [decodeClaims(old.access_token), decodeClaims(json.access_token)];
    expect([is['sid'], is['gen'], is['sub']]).toEqual([was['sid'], was['gen'], was['sub']]);
    expect(Number(was['auth_time'])).toBeLessThanOrEqual(since - FIVE_MINUTES);
    expect(Number(is['auth_time'])).toBeGreaterThanOrEqual(since);
    expect(await sessionsOf(json)).toEqual(before);
    const { json: child } = await refreshTokens(app, old);
    expect(decodeClaims(child.access_token)['auth_time']).toBe(was['auth_time']);
    expect((await ask(json, 'DELETE', '/v1/customers/me')).status).toBe(204);
  });

  it('stays what it was with a wrong password, which is counted in this session and keeps nobody from signing in [AC-70]', async () => {
    const person = await customer();
    const old = await stale(person);
    const statuses = [];
    for (let n = 0; n < 5; n++) {
      const { status, json } = await again(old, 'not the password');
      statuses.push([status, json.code]);
    }
    expect(statuses).toEqual(Array(5).fill([400, 'auth.password_wrong']));
    expect((await tryLogIn(app, identifierOf(person), person.password)).status).toBe(200);
    const waits = await again(old, person.password);
    expect([waits.status, waits.json.code, waits.headers.get('retry-after')]).toEqual([
      429,
      'auth.too_many_attempts',
      expect.stringMatching(/^\d+$/),
    ]);
    const lines = await database.query(
      "select action from audit_log where target = $1 and action in ('auth.password.refused', 'auth.password.limited')",
      [String(decodeClaims(old.access_token)['sub'])],
    );
    expect(lines.rows).toHaveLength(6);
  });

  it('takes a password in a string and nothing else [AC-70]', async () => {
    const person = await customer();
    const tokens = await logIn(app, person);
    for (const json of [{}, { password: 7 }, { password: '' }, { password: person.password, sid: randomUUID() }])
      expect([json, (await ask(tokens, 'POST', '/v1/auth/reauthenticate', json)).status]).toEqual([json, 422]);
    expect((await app.request('POST', '/v1/auth/reauthenticate', { json: { password: 'x' } })).status).toBe(401);
  });

  it('gets nothing for a session that has ended meanwhile [AC-70]', async () => {
    const person = await customer();
    const old = await stale(person);
    expect((await ask(old, 'POST', '/v1/auth/logout')).status).toBe(204);
    expect((await again(old, person.password)).status).toBe(401);
  });

  it('of a one-time password is good for signing out and setting a password, and cannot be renewed [AC-70]', async () => {
    const email = freshEmail();
    const once = (await runAdminCommand(app.program.env, email)).stdout.split(/\s/)[1] ?? '';
    const old = await ageSession(app, database, await logIn(app, { email, password: once }), FIVE_MINUTES + 5);
    const renewed = await again(old, once);
    expect([renewed.status, renewed.json.code]).toEqual([403, 'auth.forbidden']);
    expect((await ask(old, 'POST', '/v1/auth/logout', { scope: 'all' })).json.code).toBe(
      'auth.reauthentication_required',
    );
    expect((await changePassword(app, old, once, freshPassword())).status).toBe(204);
  });

  it('is told from a fresh one by the time of the sign-in, to the second [AC-70]', async () => {
    const person = await customer();
    const young = await ageSession(app, database, await logIn(app, person), FIVE_MINUTES - 30);
    expect((await ask(young, 'GET', '/v1/customers/me/export')).status).toBe(200);
    expect((await ask(young, 'POST', '/v1/auth/logout', { scope: 'all' })).status).toBe(204);
  });

  it('writes who has authenticated again into the audit trail [AC-70]', async () => {
    const person = await customer();
    const tokens = await logIn(app, person);
    expect((await again(tokens, person.password)).status).toBe(200);
    const id = String(decodeClaims(tokens.access_token)['sub']);
    const { rows } = await database.query(
      "select actor, source from audit_log where target = $1 and action = 'auth.reauthenticated'",
      [id],
    );
    expect(rows).toEqual([{ actor: id, source: expect.any(String) }]);
  });
});
