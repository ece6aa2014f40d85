import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeClaims } from '../support/admin-command.js';
import { fetchMeStatus, logIn, refreshTokens, type TokenResponse } from '../support/auth-requests.js';
import { SERVICES } from '../support/backends.js';
import { signInExternally } from '../support/external-sign-in.js';
import type { Reply } from '../support/http-message.js';
import { AUDIENCE, type IdentityServer, startIdentityServer } from '../support/identity-server.js';
import type { RegistrationInput } from '../support/registration-fixtures.js';
import { TestApp } from '../support/test-app.js';

interface Linked {
  readonly person: RegistrationInput;
  readonly id: string;
  readonly tokens: TokenResponse;
  readonly link: string;
  readonly foreign: string;
}

let server: IdentityServer;
const app = new TestApp();
beforeAll(async () => {
  server = await startIdentityServer();
  const issuer = { issuer: server.issuer, audience: AUDIENCE, roles: { 'shop-admin': 'admin' } };
  await app.attach(await SERVICES.start({ OAUTH_ISSUERS: JSON.stringify([issuer]) }));
}, 120_000);
afterAll(async () => {
  await app.close();
  await server?.stop();
});

const call = <T extends { readonly code?: string }>(bearer: string, method: string, path: string, json?: object) =>
  app.request<T>(method, path, { bearer, ...(json && { json }) });
const statusAndProblemCode = ({ status, json }: Reply<{ readonly code?: string }>) => [status, json?.code];
const externalTokenOf = async (account: string) => (await signInExternally(server, account)).accessToken;
const seconds = () => Math.floor(Date.now() / 1_000);

/** A customer with a session here and an identity there. */
async function linked(account: string = randomUUID()): Promise<Linked> {
  const { person, customer } = await app.createCustomer();
  const tokens = await logIn(app, person);
  const foreign = await externalTokenOf(account);
  const { status, json, text } = await call<{ id: string; code?: string }>(
    tokens.access_token,
    'POST',
    '/v1/auth/links',
    { token: foreign },
  );
  expect(status, text).toBe(201);
  return { person, id: customer.id, tokens, link: json.id, foreign };
}
const fetchMeWithExternalToken = async ({ foreign }: Linked) => (await call(foreign, 'GET', '/v1/customers/me')).status;
/** An administrator over there, with what else the token says. */
async function createAdminWithExternalToken(claims: object): Promise<Linked> {
  const account = randomUUID();
  server.roles.set(account, ['shop-admin']);
  server.claims.set(account, claims);
  return linked(account);
}

describe('a token of an external identity server', () => {
  it('ends no session of ours, and neither adds nor removes a link [AC-70]', async () => {
    const mia = await linked();
    const sid = decodeClaims(mia.tokens.access_token)['sid'];
    for (const [method, path, json] of [
      ['DELETE', `/v1/auth/sessions/${sid}`],
      ['POST', '/v1/auth/logout', { scope: 'all' }],
      ['POST', '/v1/auth/links', { token: mia.foreign }],
      ['DELETE', `/v1/auth/links/${mia.link}`],
      ['DELETE', '/v1/customers/me'],
      ['GET', '/v1/customers/me/export'],
      ['POST', '/v1/auth/reauthenticate', { password: mia.person.password }],
    ] as const)
      expect([method, path, ...statusAndProblemCode(await call(mia.foreign, method, path, json))]).toEqual([
        method,
        path,
        403,
        'auth.own_token_required',
      ]);
    expect([await fetchMeStatus(app, mia.tokens), await fetchMeWithExternalToken(mia)]).toEqual([200, 200]);
    expect((await refreshTokens(app, mia.tokens)).status).toBe(200);
  });

  it('is fresh for an administrator only when its auth_time says so [AC-70]', async () => {
    const mia = await linked();
    const end = async ({ foreign }: Linked, id = mia.id) =>
      statusAndProblemCode(await call(foreign, 'DELETE', `/v1/customers/${id}/sessions`));
    const stale = [401, 'auth.reauthentication_required'];
    for (const claims of [
      {},
      { auth_time: seconds() - 301 },
      { auth_time: String(seconds()) },
      { auth_time: seconds() + 60 },
    ])
      expect([claims, await end(await createAdminWithExternalToken(claims))]).toEqual([claims, stale]);
    expect(await fetchMeStatus(app, mia.tokens)).toBe(200);
    const fresh = await createAdminWithExternalToken({ auth_time: seconds() - 10 });
    expect(await end(fresh, fresh.id)).toEqual([403, 'auth.own_token_required']);
    expect(await end(fresh)).toEqual([204, undefined]);
    expect([await fetchMeStatus(app, mia.tokens), await fetchMeWithExternalToken(mia)]).toEqual([401, 200]);
  });
});

describe('links and a change of the password', () => {
  const NEW = 'another horse, another staple';
  const put = ({ tokens, person }: Linked, more: object) =>
    call(tokens.access_token, 'PUT', '/v1/auth/password', {
      currentPassword: person.password,
      newPassword: NEW,
      ...more,
    });
  const linksOf = async ({ tokens }: Linked) =>
    (await call<{ items: { id: string }[]; code?: string }>(tokens.access_token, 'GET', '/v1/auth/links')).json.items;

  it('ends every link when it is asked to [AC-70]', async () => {
    const mia = await linked();
    expect((await put(mia, { endLinks: true })).status).toBe(204);
    expect(await linksOf(mia)).toEqual([]);
    await expect.poll(() => fetchMeWithExternalToken(mia), { timeout: 1_000, interval: 50 }).toBe(401);
  });

  it.each([{}, { endLinks: false }])('keeps them with %j, and they are listed [AC-70]', async (more) => {
    const mia = await linked();
    expect((await put(mia, more)).status).toBe(204);
    expect((await linksOf(mia)).map(({ id }) => id)).toEqual([mia.link]);
    expect(await fetchMeWithExternalToken(mia)).toBe(200);
  });

  it('refuses anything but true and false, and ends none with a wrong password [AC-70]', async () => {
    const mia = await linked();
    for (const endLinks of ['true', 1, null]) expect((await put(mia, { endLinks })).status).toBe(422);
    expect(statusAndProblemCode(await put(mia, { endLinks: true, currentPassword: 'wrong' }))).toEqual([
      400,
      'auth.password_wrong',
    ]);
    expect(await linksOf(mia)).toHaveLength(1);
  });
});
