import { describe, expect, it } from 'vitest';
import { logIn } from '../support/auth-requests.js';
import { EMBEDDED } from '../support/backends.js';
import type { RequestOptions } from '../support/http-message.js';
import { newRegistration } from '../support/registration-fixtures.js';
import { fetchRoutes } from '../support/route-catalog.js';
import { useTestApp } from '../support/test-app.js';

const SECRET = /code|password|token|secret|credential|otp|pin$/i;
/** More than any limit lets through. */
const MANY = 130;
const basic = (n: number) => ({ basic: [`${n}@example.org`, 'a password of nobody'] as const });

/** Every route where a secret can be guessed at, and a guess: with a name of its own each time, where it has one. */
const GUESSES: Readonly<Record<string, (n: number, bearer: string) => RequestOptions>> = {
  'POST /v1/registrations': () => ({ json: newRegistration() }),
  'GET /v1/registrations/mine': basic,
  'POST /v1/registrations/activate': (n) => ({ ...basic(n), json: { code: '0000' } }),
  'POST /v1/registrations/resend-code': basic,
  'POST /v1/auth/login': (n) => ({ json: { username: `${n}@example.org`, password: 'a password' } }),
  'POST /v1/auth/password/forgot': (n) => ({ json: { username: `${n}@example.org` } }),
  'POST /v1/auth/password/reset': (n) => ({
    json: { username: `${n}@example.org`, code: '00000000', newPassword: 'another horse' },
  }),
  'PUT /v1/auth/password': (_, bearer) => ({
    bearer,
    json: { currentPassword: 'a password', newPassword: 'another horse' },
  }),
  'POST /v1/auth/reauthenticate': (_, bearer) => ({ bearer, json: { password: 'a password' } }),
  'POST /v1/customers/me/identifiers': (n, bearer) => ({
    bearer,
    json: { currentPassword: 'a password', email: `${n}@example.org` },
  }),
  'POST /v1/customers/me/identifiers/confirm': (_, bearer) => ({ bearer, json: { code: '00000000' } }),
};
/** The count of the current password is its owner's, wherever he is. */
const COUNTED_BY_OWNER = ['PUT /v1/auth/password', 'POST /v1/auth/reauthenticate', 'POST /v1/customers/me/identifiers'];
/** 256 bits, or a signature: nobody finds one by trying. */
const UNGUESSABLE = ['POST /v1/auth/refresh', 'POST /v1/auth/links'];

describe('AC-04 limits without any setting', () => {
  const app = useTestApp(EMBEDDED, { TRUSTED_SOURCES: '', TRUST_PROXY: '127.0.0.0/8' });

  it('are there for every route that takes a secret; a new one has to be named here', async () => {
    const takes = (await fetchRoutes(app.program))
      .filter(({ fields, path }) => fields.some((field) => SECRET.test(field)) || path.startsWith('/v1/registrations'))
      .map(({ method, path }) => `${method} ${path}`);
    const named = [...Object.keys(GUESSES), ...UNGUESSABLE];
    expect(takes.length).toBeGreaterThan(6);
    expect(takes.filter((route) => !named.includes(route))).toEqual([]);
  });

  it.each(Object.entries(GUESSES))('%s: who goes on is told to wait, and others are not', async (route, guess) => {
    const [method = '', path = ''] = route.split(' ');
    const { person } = await app.createCustomer();
    const { access_token } = await logIn(app, person);
    const place = Object.keys(GUESSES).indexOf(route) + 1;
    const from = (source: string, n: number) =>
      app.request(method, path, { ...guess(n, access_token), headers: { 'x-forwarded-for': source } });
    let told = await from(`198.51.100.${place}`, 0);
    let calls = 1;
    for (; told.status !== 429 && calls < MANY; calls++) told = await from(`198.51.100.${place}`, calls);
    expect([route, told.status, Number(told.headers.get('retry-after')) > 0]).toEqual([route, 429, true]);
    if (!COUNTED_BY_OWNER.includes(route)) expect((await from(`203.0.113.${place}`, MANY)).status).not.toBe(429);
  });
});
