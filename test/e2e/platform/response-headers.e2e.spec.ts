import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMBEDDED } from '../../support/backends.js';
import type { Reply, RequestOptions } from '../../support/http-message.js';
import { encodeRawRequest, exchangeBytes, firstReply } from '../../support/keep-alive-connection.js';
import { type Program, startProgram } from '../../support/program.js';
import { newRegistration, type RegistrationInput } from '../../support/registration-fixtures.js';
import { fetchRoutes } from '../../support/route-catalog.js';
import { useTestApp } from '../../support/test-app.js';

const FIXED = {
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";
const PERSONAL = /^\/v1\//;

const named = ({ headers }: Reply, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, headers.get(name)]));
const fixedOf = (reply: Reply) => named(reply, Object.keys(FIXED));

describe('on every answer', () => {
  const app = useTestApp(EMBEDDED, { SECURITY_CONTACT: 'mailto:security@foyer.example' });
  const ask = (method: string, path: string, o?: RequestOptions) => app.program.request(method, path, o);

  it('ST-09 the route walk: nothing of /v1 is kept by anybody, with and without credentials', async () => {
    const freshToken = async (person: RegistrationInput) => (await app.logIn(person)).json.access_token;
    const operations = (await fetchRoutes(app.program)).filter(({ path }) => PERSONAL.test(path));
    expect(operations.length).toBeGreaterThanOrEqual(6);
    const statuses = new Set<number>();
    for (const { method, path } of operations) {
      // Some of them end the session, or the customer.
      const { person } = await app.createCustomer();
      const basic = [person.email ?? '', person.password] as const;
      const bearer = await freshToken(person);
      const callers: RequestOptions[] = [{}, { basic }, { json: newRegistration() }, { bearer, json: {} }, { bearer }];
      for (const caller of callers.filter(({ json }) => json === undefined || method !== 'GET')) {
        const reply = await ask(method, path, caller);
        statuses.add(reply.status);
        expect([method, path, reply.status, reply.headers.get('cache-control')]).toEqual([
          ...[method, path, reply.status, 'no-store'],
        ]);
      }
    }
    const bearer = await freshToken((await app.createCustomer()).person);
    const { headers } = await ask('GET', '/v1/customers/me', { bearer });
    const unchanged = await ask('GET', '/v1/customers/me', {
      bearer,
      headers: { 'if-none-match': headers.get('etag') ?? '' },
    });
    expect([unchanged.status, unchanged.headers.get('cache-control')]).toEqual([304, 'no-store']);
    expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 401]));
  });

  it('the fixed headers are on all routes, whatever the answer', async () => {
    const routes = (await fetchRoutes(app.program)).map(({ method, path }) => [method, path] as const);
    const others = [
      ['GET', '/nowhere'],
      ['TRACE', '/v1/auth/login'],
      ['OPTIONS', '/v1/auth/login'],
      ['GET', '/docs/swagger-ui.css'],
      ['GET', '/docs/openapi.json'],
      ['GET', '/docs/swagger-ui-init.js'],
    ] as const;
    for (const [method, path] of [...routes, ...others]) {
      const bytes = encodeRawRequest(method, path, { headers: ['connection: close'] });
      const reply = firstReply(await exchangeBytes(app.program.url, [bytes]));
      expect([method, path, fixedOf(reply)]).toEqual([method, path, FIXED]);
      expect([path, reply.headers.get('content-security-policy')]).toEqual([path, DATA_POLICY]);
      expect(reply.headers.get('strict-transport-security')).toBeNull();
    }
  });

  it.each([
    [400, 'GET /health/li ve HTTP/1.1\r\nHost: x\r\n\r\n'],
    [400, 'GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    [417, 'GET /health/live HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nConnection: close\r\n\r\n'],
    [431, `GET /health/live HTTP/1.1\r\nHost: x\r\nx-big: ${'a'.repeat(20_000)}\r\n\r\n`],
    [404, 'GET //evil.example HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  ])('also on a %i that no route gave', async (status, bytes) => {
    const reply = firstReply(await exchangeBytes(app.program.url, [bytes]));
    expect([reply.status, fixedOf(reply)]).toEqual([status, FIXED]);
    expect(named(reply, ['cache-control', 'content-security-policy'])).toEqual({
      'cache-control': 'no-store',
      'content-security-policy': DATA_POLICY,
    });
  });

  it.each(['/docs', '/dev/mailbox'])('the page %s may run its own scripts and be framed by nobody', async (page) => {
    const reply = await ask('GET', page);
    expect(reply.headers.get('content-type')).toContain('text/html');
    expect(fixedOf(reply)).toEqual(FIXED);
    const policy = reply.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; script-src '(self|sha256-[^']+)'; /);
    expect(policy).toContain("frame-ancestors 'none'");
    const inline = [...reply.text.matchAll(/<script(?![^>]*\bsrc=)[^>]*>\s*\S/g)].length;
    expect(inline).toBe(policy.includes('sha256-') ? 1 : 0);
  });

  it('a page of somebody else gets no permission by default', async () => {
    const origin = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
    const reply = await ask('OPTIONS', '/v1/auth/login', { headers: origin });
    expect(reply.status).toBe(405);
    expect(named(reply, ['access-control-allow-origin', 'vary'])).toEqual({
      'access-control-allow-origin': null,
      vary: null,
    });
  });

  it('the bare address leads to the documentation', async () => {
    const reply = await ask('GET', '/');
    expect([reply.status, reply.headers.get('location')]).toEqual([302, 'docs']);
  });

  it('/.well-known/change-password leads to the documentation', async () => {
    const reply = await ask('GET', '/.well-known/change-password');
    expect([reply.status, reply.headers.get('location')]).toEqual([302, `${app.program.url}/docs`]);
  });

  it('/.well-known/security.txt says whom to tell, for less than a year', async () => {
    const { status, headers, text } = await ask('GET', '/.well-known/security.txt');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(text).toMatch(/^Contact: mailto:security@foyer\.example\nExpires: .+\nCanonical: .+\n$/);
    expect(text).toContain(`Canonical: ${app.program.url}/.well-known/security.txt\n`);
    const days = (Date.parse(/^Expires: (.+)$/m.exec(text)?.[1] ?? '') - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(30);
    expect(days).toBeLessThan(365);
  });
});

describe('behind https, with an application on another origin', () => {
  const APP = 'https://app.example';
  let program: Program;
  beforeAll(async () => {
    program = await startProgram({
      env: {
        PUBLIC_URL: 'https://foyer.example',
        CORS_ORIGINS: `${APP},http://localhost:5173`,
        CHANGE_PASSWORD_URL: `${APP}/account/password`,
      },
    });
  });
  afterAll(() => program?.dispose());

  it('browsers are told to use https only', async () => {
    const { headers } = await program.request('GET', '/health/live');
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains');
  });

  it('the application may register, read why it was refused, and nobody else may', async () => {
    const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };
    const preflight = await program.request('OPTIONS', '/v1/registrations', { headers: { origin: APP, ...asked } });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, APP]);
    const refused = await program.request('POST', '/v1/registrations', { json: {}, headers: { origin: APP } });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([422, APP]);
    const unauthenticated = await program.request('GET', '/v1/customers/me', { headers: { origin: APP } });
    expect([unauthenticated.status, unauthenticated.headers.get('vary')]).toEqual([401, 'Origin']);
    const evil = await program.request('GET', '/health/live', { headers: { origin: 'https://evil.example' } });
    expect(evil.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('the password is changed in the application; without a contact there is no security.txt', async () => {
    const change = await program.request('GET', '/.well-known/change-password');
    expect([change.status, change.headers.get('location')]).toEqual([302, `${APP}/account/password`]);
    expect((await program.request('GET', '/.well-known/security.txt')).status).toBe(404);
  });
});
