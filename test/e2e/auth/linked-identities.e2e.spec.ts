import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICES } from '../../support/backends.js';
import { type ExternalTokens, fetchClientCredentialsToken, signInExternally } from '../../support/external-sign-in.js';
import {
  type IdentityServer,
  OTHER_AUDIENCE,
  startIdentityServer,
  trustIssuers,
} from '../../support/identity-server.js';
import type { Program } from '../../support/program.js';
import { TestApp } from '../../support/test-app.js';
import { connectTestDatabase, type TestDatabase } from '../../support/test-database.js';

interface Link {
  readonly id: string;
  readonly issuer: string;
  readonly createdAt: string;
}
interface Problem {
  readonly code: string;
  readonly errors?: readonly { readonly pointer: string }[];
}

const UNKNOWN = '0190a1b2-c3d4-4e5f-8a6b-7c8d9e0f1a2b';
const LINKS = '/v1/auth/links';

let server: IdentityServer;
let replica: Program;
let database: TestDatabase;
const app = new TestApp();

beforeAll(async () => {
  server = await startIdentityServer();
  await app.attach(await SERVICES.start({ OAUTH_ISSUERS: trustIssuers(server) }));
  replica = await app.services.startReplica();
  database = connectTestDatabase(app.services.database.url);
}, 120_000);
afterAll(async () => {
  await database?.end();
  await app.close();
  await server?.stop();
});

/** A customer of ours, signed in here. */
async function customer(): Promise<{ readonly id: string; readonly bearer: string }> {
  const { person, customer } = await app.createCustomer();
  return { id: customer.id, bearer: (await app.logIn(person)).json.access_token };
}
const me = (bearer: string, program = app.program) =>
  program.request<{ id: string } & Problem>('GET', '/v1/customers/me', { bearer });
const link = (bearer: string, token: unknown) =>
  app.request<Link & Problem>('POST', LINKS, { bearer, json: { token } });
const linksOf = async (bearer: string) =>
  (await app.request<{ items: readonly Link[] }>('GET', LINKS, { bearer })).json.items;
const unlink = (bearer: string, id: string) => app.request<Problem>('DELETE', `${LINKS}/${id}`, { bearer });
const signInAtIssuer = (account: string = randomUUID(), resource?: string): Promise<ExternalTokens> =>
  signInExternally(server, account, resource);

/** A customer who is linked, and his foreign token. */
async function linked(account: string = randomUUID()) {
  const mia = await customer();
  const { accessToken } = await signInAtIssuer(account);
  const { status, json, text } = await link(mia.bearer, accessToken);
  expect(status, text).toBe(201);
  return { ...mia, accessToken, link: json };
}

/** Asks both replicas until both refuse. How long that took. */
async function refusedEverywhere(accessToken: string): Promise<number> {
  const start = performance.now();
  for (;;) {
    const statuses = await Promise.all([me(accessToken), me(accessToken, replica)]).then((replies) =>
      replies.map(({ status }) => status),
    );
    const passed = performance.now() - start;
    if (statuses.every((status) => status === 401) || passed > 5_000) return passed;
  }
}

describe('given a person who signed in at an identity server that is trusted', () => {
  it('AC-22 then the token is nobody’s, and the answer is the one for any that is not valid', async () => {
    const { accessToken } = await signInAtIssuer();
    const [valid, garbled] = [await me(accessToken), await me(`${accessToken.slice(0, -4)}AAAA`)];
    expect([valid.status, valid.json.code]).toEqual([401, 'auth.invalid_credentials']);
    expect(valid.headers.get('www-authenticate')).toBe('Bearer realm="foyer", error="invalid_token"');
    const told = ({ json, headers }: typeof valid) => [{ ...json, traceId: '' }, headers.get('www-authenticate')];
    expect(told(valid)).toEqual(told(garbled));
  });

  it('AC-57 then a subject that is spelt like a customer’s id or address is nobody', async () => {
    const { person, customer } = await app.createCustomer();
    for (const account of [customer.id, person.email ?? '']) {
      server.roles.set(account, ['admin', 'shop-staff']);
      expect((await me((await signInAtIssuer(account)).accessToken)).status).toBe(401);
    }
  });

  it('then once linked it is the customer’s, on every replica', async () => {
    const mia = await linked();
    expect(mia.link).toEqual({ id: expect.any(String), issuer: server.issuer, createdAt: expect.any(String) });
    for (const program of [app.program, replica]) {
      const { status, json } = await me(mia.accessToken, program);
      expect([status, json.id]).toEqual([200, mia.id]);
    }
  });

  it('then linking again changes nothing', async () => {
    const mia = await linked();
    const again = await link(mia.bearer, mia.accessToken);
    expect([again.status, again.json]).toEqual([201, mia.link]);
    expect(await linksOf(mia.bearer)).toEqual([mia.link]);
  });

  it('then another token of the same person is as good, and so is an identity more', async () => {
    const mia = await customer();
    const account = randomUUID();
    const first = await link(mia.bearer, (await signInAtIssuer(account)).accessToken);
    expect((await me((await signInAtIssuer(account)).accessToken)).json.id).toBe(mia.id);
    const second = await link(mia.bearer, (await signInAtIssuer()).accessToken);
    expect(await linksOf(mia.bearer)).toEqual([first.json, second.json]);
  });

  it('AC-57 then nobody else can have it', async () => {
    const mia = await linked();
    const eve = await customer();
    const { status, json } = await link(eve.bearer, mia.accessToken);
    expect([status, json.code]).toEqual([409, 'auth.link_taken']);
    expect([(await linksOf(eve.bearer)).length, (await me(mia.accessToken)).json.id]).toEqual([0, mia.id]);
  });

  it('then of many who want it at the same moment one gets it', async () => {
    const people = await Promise.all(Array.from({ length: 4 }, customer));
    const { accessToken } = await signInAtIssuer();
    const statuses = await Promise.all(people.map(async ({ bearer }) => (await link(bearer, accessToken)).status));
    expect(statuses.sort()).toEqual([201, 409, 409, 409]);
  });

  it('then one’s own links are listed, also with none of our sessions current', async () => {
    const { accessToken } = await linked();
    const sessions = await app.request<{ items: { current: boolean }[] }>('GET', '/v1/auth/sessions', {
      bearer: accessToken,
    });
    expect([sessions.status, sessions.json.items.map(({ current }) => current)]).toEqual([200, [false]]);
  });
});

describe('AC-45 given what only looks like an access token for us', () => {
  it('then it opens nothing, and cannot be linked', async () => {
    const mia = await customer();
    const { accessToken, idToken } = await signInAtIssuer();
    const elsewhere = (await signInAtIssuer(randomUUID(), OTHER_AUDIENCE)).accessToken;
    const [header, payload] = accessToken.split('.');
    for (const token of [idToken, elsewhere, `${header}.${payload}.`, mia.bearer, 'a.b.c']) {
      if (token !== mia.bearer) expect((await me(token)).status).toBe(401);
      const { status, json } = await link(mia.bearer, token);
      expect([status, json.code, json.errors?.[0]?.pointer]).toEqual([422, 'request.invalid', '/token']);
    }
    expect(await linksOf(mia.bearer)).toEqual([]);
  });

  it('then a machine over there is nobody here', async () => {
    expect((await me(await fetchClientCredentialsToken(server))).status).toBe(401);
  });
});

describe('given a foreign token that is linked', () => {
  it.each([
    ['POST', LINKS],
    ['GET', LINKS],
    ['DELETE', `${LINKS}/${UNKNOWN}`],
    ['POST', '/v1/auth/logout'],
    ['PUT', '/v1/auth/password'],
  ])('then %s %s asks for one of ours, before it looks at the body', async (method, path) => {
    const { accessToken: bearer } = await linked();
    for (const o of method === 'GET' ? [{}] : [{}, { json: { wrong: true } }]) {
      const { status, json } = await app.request<Problem>(method, path, { bearer, ...o });
      expect([status, json.code]).toEqual([403, 'auth.own_token_required']);
    }
    expect((await me(bearer)).status).toBe(200);
  });

  it('then unlinking is the end of it on every replica within a second', async () => {
    const mia = await linked();
    expect([await me(mia.accessToken), await me(mia.accessToken, replica)].map(({ status }) => status)).toEqual([
      200, 200,
    ]);
    expect((await unlink(mia.bearer, mia.link.id)).status).toBe(204);
    expect(await refusedEverywhere(mia.accessToken)).toBeLessThan(1_000);
    const again = await unlink(mia.bearer, mia.link.id);
    expect([again.status, again.json.code]).toEqual([404, 'auth.link_not_found']);
    expect((await me(mia.bearer)).status).toBe(200);
  });

  it('then a suspension is the end of it on every replica within a second', async () => {
    const { id, accessToken } = await linked();
    expect((await me(accessToken, replica)).status).toBe(200);
    await database.query("update auth_subjects set status = 'suspended' where customer_id = $1", [id]);
    expect(await refusedEverywhere(accessToken)).toBeLessThan(1_000);
  });

  it('then deleting oneself is the end of it on every replica within a second', async () => {
    const { bearer, accessToken } = await linked();
    expect((await me(accessToken, replica)).status).toBe(200);
    expect((await app.request('DELETE', '/v1/customers/me', { bearer })).status).toBe(204);
    expect(await refusedEverywhere(accessToken)).toBeLessThan(1_000);
  });

  it('AC-57 then roles over there open what the mapping names, and nothing else', async () => {
    const account = randomUUID();
    server.roles.set(account, ['shop-staff', 'admin']);
    const [clerk, nobody, mia] = [await linked(account), await linked(), await customer()];
    const look = async (bearer: string) => (await app.request('GET', `/v1/customers/${mia.id}`, { bearer })).status;
    const seen = [await look(clerk.accessToken), await look(clerk.bearer), await look(nobody.accessToken)];
    expect(seen).toEqual([200, 404, 404]);
    const json = { roles: ['customer', 'admin'] };
    const promote = await app.request<Problem>('PUT', `/v1/customers/${clerk.id}/roles`, {
      bearer: clerk.accessToken,
      json,
    });
    expect([promote.status, promote.json.code]).toEqual([403, 'auth.forbidden']);
  });

  it('AC-49 then the link of somebody else cannot be ended', async () => {
    const [mia, eve] = [await linked(), await customer()];
    for (const id of [mia.link.id, UNKNOWN, 'no-id', "'--"]) {
      const { status, json } = await unlink(eve.bearer, encodeURIComponent(id));
      expect([status, json.code]).toEqual([404, 'auth.link_not_found']);
    }
    expect(await linksOf(mia.bearer)).toEqual([mia.link]);
  });

  it('ST-11 then the audit trail tells who linked what he owns, and who tried to take it', async () => {
    const [mia, eve] = [await linked(), await customer()];
    await link(eve.bearer, mia.accessToken);
    await unlink(mia.bearer, mia.link.id);
    const actions = async (id: string) => {
      const sql =
        "select action, actor, target from audit_log where actor = $1 and action like 'auth.link.%' order by at, id";
      return (await database.query(sql, [id])).rows;
    };
    const line = (action: string, id: string) => ({ action, actor: id, target: id });
    expect(await actions(mia.id)).toEqual([line('auth.link.added', mia.id), line('auth.link.removed', mia.id)]);
    expect(await actions(eve.id)).toEqual([line('auth.link.refused', eve.id)]);
  });

  it('ST-10 then no log line holds it, or the name over there', async () => {
    const account = `c4n4ry-${randomUUID()}`;
    const mia = await customer();
    const { accessToken } = await signInAtIssuer(account);
    await link(mia.bearer, accessToken);
    await me(accessToken);
    await me(`${accessToken.slice(0, -4)}AAAA`);
    await app.program.waitForLog(({ route, status }) => route === '/v1/customers/me' && status === 401);
    const output = app.program.output();
    for (const secret of [account, accessToken, ...accessToken.split('.').slice(1)])
      expect(output).not.toContain(secret);
  });
});

describe('given nobody, or no body', () => {
  it('then the routes are closed, and say what is wrong', async () => {
    for (const [method, path] of [
      ['POST', LINKS],
      ['GET', LINKS],
      ['DELETE', `${LINKS}/${UNKNOWN}`],
    ] as const)
      expect((await app.request(method, path)).status).toBe(401);
    const { bearer } = await customer();
    for (const json of [{}, { token: 7 }, { token: '' }, { token: 'x'.repeat(8_193) }, { token: 'x', id: 'y' }])
      expect((await app.request('POST', LINKS, { bearer, json })).status).toBe(422);
  });
});
