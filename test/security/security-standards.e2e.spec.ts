import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reply } from '../support/http-message.js';
import type { Program } from '../support/program.js';
import {
  activate,
  logIn,
  randomCredentials,
  register,
  waitForCode,
  wrongCodes,
} from '../support/registration-requests.js';
import { type ApiRoute, fetchRoutes } from '../support/route-catalog.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';

let deployment: TestDeployment;
let program: Program;
beforeAll(async () => {
  deployment = await startDeployment({ roles: ['all'] });
  program = deployment.programs[0] as Program;
});
afterAll(() => deployment?.close());

const SECRET = /code|password|token|secret|credential|otp|pin$/i;
/** Where somebody proves who he is, or is told a secret. */
const secretKeepers = (operations: readonly ApiRoute[]): ApiRoute[] =>
  operations.filter(({ path }) => path.startsWith('/v1/'));

describe('accounts', () => {
  it('ST-04 a fresh installation has none, and no usual name opens it', async () => {
    const { rows } = await deployment.database.query<{ n: string }>(
      'select (select count(*) from customers) + (select count(*) from auth_subjects) as n',
    );
    expect(Number(rows[0]?.n)).toBe(0);
    const names = ['admin', 'root', 'foyer', 'admin@localhost', 'admin@example.com', 'admin@foyer.local', 'test', ''];
    const passwords = ['admin', 'password', 'foyer', 'changeme'];
    const guesses = names.flatMap((email) => passwords.map((password) => ({ email, password })));
    const replies = [];
    for (const guess of guesses) replies.push((await logIn(program.url, guess)).status);
    expect(replies).toContain(401);
    expect(replies.filter((status) => ![401, 422, 429].includes(status))).toEqual([]);
  });
});

describe('secrets on the way', () => {
  interface Parameter {
    readonly in: string;
    readonly name: string;
    readonly schema?: { readonly enum?: readonly string[] };
  }
  type Paths = Readonly<Record<string, Readonly<Record<string, { readonly parameters?: readonly Parameter[] }>>>>;

  it('ST-08 no route takes one in its address', async () => {
    const { json } = await program.request<{ paths: Paths }>('GET', '/docs/openapi.json');
    const inAddress = Object.entries(json.paths).flatMap(([path, operations]) => [
      ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => `${path} ${name}`),
      ...Object.values(operations)
        .flatMap(({ parameters = [] }) => parameters)
        // One that takes `true` or `false` can hold none.
        .filter(({ in: place, schema }) => place === 'query' && schema?.enum === undefined)
        .map(({ name }) => `${path} ${name}`),
    ]);
    expect(Object.keys(json.paths).length).toBeGreaterThan(8);
    expect(inAddress.filter((each) => SECRET.test(each.split(' ')[1] ?? ''))).toEqual([]);
  });

  it('ST-08 one in the address is good for nothing', async () => {
    const person = randomCredentials();
    const code = await waitForCode(deployment.mails, person, await register(program.url, person));
    const basic = [person.email, person.password] as const;
    const typed = `code=${code}&username=${encodeURIComponent(person.email)}&password=${encodeURIComponent(person.password)}`;
    const activated = await program.request('POST', `/v1/registrations/activate?${typed}`, { basic, json: {} });
    expect(activated.status).toBe(422);
    const bare = await program.request('POST', `/v1/registrations/activate?${typed}`, { json: { code } });
    expect(bare.status).toBe(401);
    expect((await activate(program.url, person, code)).status).toBe(200);
    expect((await program.request('POST', `/v1/auth/login?${typed}`, { json: {} })).status).toBe(422);
    const { access_token: token } = (await logIn(program.url, person)).json as { access_token: string };
    expect((await program.request('GET', `/v1/customers/me?access_token=${token}`)).status).toBe(401);
  });

  it('ST-09 no answer of a route that deals with them is kept by a cache', async () => {
    const person = randomCredentials();
    const basic = [person.email, person.password] as const;
    const replies: Reply[] = [];
    for (const { method, path } of secretKeepers(await fetchRoutes(program))) {
      const json = method === 'GET' ? {} : { json: {} };
      replies.push(await program.request(method, path, json));
      replies.push(await program.request(method, path, { ...json, basic: ['somebody@example.org', 'a password'] }));
      replies.push(await program.request(method, path, { ...json, bearer: 'a.b.c' }));
    }
    const ticket = await program.request<{ id: string; attemptId: string; reference: string }>(
      'POST',
      '/v1/registrations',
      { json: person },
    );
    const code = await waitForCode(deployment.mails, person, ticket.json);
    replies.push(ticket, await program.request('GET', '/v1/registrations/mine', { basic }));
    replies.push(await activate(program.url, person, wrongCodes(code, 1)[0] ?? ''));
    replies.push(await program.request('POST', '/v1/registrations/resend-code', { basic }));
    replies.push(await activate(program.url, person, code));
    const signedIn = await logIn(program.url, person);
    const { access_token: bearer } = signedIn.json as { access_token: string };
    replies.push(signedIn, await program.request('GET', '/v1/customers/me', { bearer }));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 201, 400, 401, 422, 429]));
    expect(replies.filter(({ headers }) => headers.get('cache-control') !== 'no-store')).toEqual([]);
  });
});

describe('what happens at the door', () => {
  interface Asked {
    readonly what: string;
    readonly reply: Reply;
    readonly route: string;
    readonly problem?: string;
  }

  it('ST-11 is logged, each with its reason, its source and its correlation id', async () => {
    const person = randomCredentials();
    const basic = [person.email, person.password] as const;
    const code = await waitForCode(deployment.mails, person, await register(program.url, person));
    const [login, at] = ['/v1/auth/login', '/v1/registrations/activate'];
    const wrong = { ...person, password: 'not his password' };
    const guess = await activate(program.url, person, wrongCodes(code, 1)[0] ?? '');
    const early = await program.request('POST', '/v1/registrations/resend-code', { basic });
    const asked: readonly Asked[] = [
      {
        what: 'a stranger',
        reply: await logIn(program.url, randomCredentials()),
        route: login,
        problem: 'auth.invalid_credentials',
      },
      { what: 'a wrong code', reply: guess, route: at, problem: 'registration.code_wrong' },
      {
        what: 'another password',
        reply: await activate(program.url, wrong, code),
        route: at,
        problem: 'auth.invalid_credentials',
      },
      {
        what: 'too early',
        reply: early,
        route: '/v1/registrations/resend-code',
        problem: 'registration.resend_too_early',
      },
      { what: 'the right code', reply: await activate(program.url, person, code), route: at },
      {
        what: 'a wrong password',
        reply: await logIn(program.url, wrong),
        route: login,
        problem: 'auth.invalid_credentials',
      },
      { what: 'the right password', reply: await logIn(program.url, person), route: login },
      {
        what: 'a forged token',
        reply: await program.request('GET', '/v1/customers/me', { bearer: 'a.b.c' }),
        route: '/v1/customers/me',
        problem: 'auth.invalid_credentials',
      },
    ];
    for (const { what, reply, route, problem } of asked) {
      const id = reply.headers.get('x-correlation-id');
      const line = await program.waitForLog(
        ({ correlationId, status }) => correlationId === id && status !== undefined,
      );
      expect([what, line]).toEqual([
        what,
        expect.objectContaining({ route, status: reply.status, source: '127.0.0.1' }),
      ]);
      expect([what, line['problem']]).toEqual([what, problem]);
    }
  });
});
