import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Reply, send } from '../support/http-message.js';
import { countOutcomes } from '../support/invariant-checks.js';
import { race } from '../support/race.js';
import { extractCode, randomCredentials, register, waitForCode } from '../support/registration-requests.js';
import {
  type ActiveCustomer,
  callApi,
  createActiveCustomer,
  logOut,
  SIGN_IN_SETTINGS,
  signInRequest,
  type TokenResponse,
} from '../support/session-requests.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';

const WRONG = 'not the password of anybody';
/** The owner and somebody who attacks them are behind one address. */
const SHARED = '203.0.113.7';
const ATTRIBUTES = 'Path=/v1/auth; Max-Age=15552000; HttpOnly; SameSite=Strict; Secure';

type SignedIn = TokenResponse & { readonly device_token: string };

let deployment: TestDeployment;
let firstUrl: string;
let secondUrl: string;
beforeAll(async () => {
  deployment = await startDeployment({
    roles: ['all', 'api'],
    env: { ...SIGN_IN_SETTINGS, CORS_ORIGINS: 'https://app.example' },
  });
  [firstUrl = '', secondUrl = ''] = deployment.urls;
});
afterAll(() => deployment?.close());

/** A sign-in with headers beside the address it comes from. */
const from = (name: string, password: string, headers: Readonly<Record<string, string>> = {}, source = SHARED) => ({
  ...signInRequest(name, password),
  headers: { 'x-forwarded-for': source, ...headers },
});
const byHeader = (token: string) => ({ 'x-device-token': token });
const byCookie = (token: string) => ({ cookie: `theme=dark; foyer_device=${token}` });
const attempt = (name: string, password: string, headers = {}, base = firstUrl): Promise<Reply<SignedIn>> =>
  callApi<SignedIn>(base, from(name, password, headers));
const signInForDeviceToken = async ({ email, password }: ActiveCustomer): Promise<string> => {
  const { json } = await callApi<SignedIn>(firstUrl, from(email, password, {}, '192.0.2.50'));
  return json.device_token;
};
/** From here on a sign-in without a known device waits at the shared address. */
const exhaustTries = async (name: string): Promise<void> => {
  for (let n = 0; n < 6; n++) await attempt(name, WRONG);
  await deployment.database.query(
    'update auth_login_tries set wait_until_ms = wait_until_ms + 60000 where source = $1',
    [SHARED],
  );
};
const forgot = (name: string, source: string, headers = {}): Promise<Reply> =>
  send(`${firstUrl}/v1/auth/password/forgot`, 'POST', {
    json: { username: name },
    headers: { 'x-forwarded-for': source, ...headers },
  });
const resetMails = (name: string) =>
  deployment.mails.messages.filter(({ to, subject }) => to.includes(name) && /password/i.test(subject));

describe('a device token', () => {
  it('comes with every sign-in, in the body and as a cookie, and not with a refresh or a refusal [AC-66]', async () => {
    const who = await createActiveCustomer(deployment);
    const { json, headers } = await attempt(who.email, who.password);
    expect(json.device_token).toMatch(/^[A-Za-z0-9_-]{48}$/);
    expect(headers.getSetCookie()).toEqual([`foyer_device=${json.device_token}; ${ATTRIBUTES}`]);
    const refreshed = await send<SignedIn>(`${firstUrl}/v1/auth/refresh`, 'POST', {
      json: { refresh_token: json.refresh_token },
    });
    const refused = await attempt(who.email, WRONG);
    for (const { headers: none, text } of [refreshed, refused])
      expect([none.getSetCookie(), text.includes('device_token')]).toEqual([[], false]);
  });

  it('comes with the tokens of an activation, and not without them [AC-66]', async () => {
    for (const asked of [true, false]) {
      const person = randomCredentials();
      const code = await waitForCode(deployment.mails, person, await register(firstUrl, person));
      const { json, headers } = await send<{ tokens?: SignedIn }>(
        `${firstUrl}/v1/registrations/activate?tokens=${asked}`,
        'POST',
        { basic: [person.email, person.password], json: { code } },
      );
      const token = json.tokens?.device_token;
      expect(headers.getSetCookie()).toEqual(asked ? [`foyer_device=${token}; ${ATTRIBUTES}`] : []);
      if (!token) continue;
      await exhaustTries(person.email);
      expect((await attempt(person.email, person.password, byHeader(token))).status).toBe(200);
    }
  });

  it('lets the owner sign in from an address that has to wait, by header and by cookie, on every replica [AC-66]', async () => {
    const who = await createActiveCustomer(deployment);
    const token = await signInForDeviceToken(who);
    await exhaustTries(who.email);
    expect((await attempt(who.email, who.password)).status).toBe(429);
    for (const base of [firstUrl, secondUrl])
      for (const headers of [byHeader(token), byCookie(token)])
        expect((await attempt(who.email, who.password, headers, base)).status).toBe(200);
  });

  it('is as none when it is forged, of another customer, or ended [AC-66]', async () => {
    const [who, neighbour] = [await createActiveCustomer(deployment), await createActiveCustomer(deployment)];
    const [own, foreign] = [await signInForDeviceToken(who), await signInForDeviceToken(neighbour)];
    await exhaustTries(who.email);
    const forged = `${own.slice(0, -1)}${own.endsWith('A') ? 'B' : 'A'}`;
    const none = await attempt(who.email, who.password);
    for (const token of [forged, foreign, own.slice(1), `${own}, ${own}`, 'x'.repeat(48), 'x'.repeat(4_000)]) {
      const { status, json } = await attempt(who.email, who.password, byHeader(token));
      expect([status, json]).toMatchObject([none.status, { code: 'auth.too_many_attempts' }]);
    }
    const { json } = await attempt(who.email, who.password, byHeader(own));
    expect((await logOut(firstUrl, json.access_token, 'all')).status).toBe(204);
    for (const token of [own, json.device_token])
      expect((await attempt(who.email, who.password, byHeader(token))).status).toBe(429);
  });

  it('has five comparisons in a burst over two replicas, and others are not slowed by it [AC-66]', async () => {
    const who = await createActiveCustomer(deployment);
    const token = await signInForDeviceToken(who);
    const { replies } = await race(deployment.urls, Array(30).fill(from(who.email, WRONG, byHeader(token))));
    expect(countOutcomes(replies)).toEqual({ '401 auth.invalid_credentials': 5, '429 auth.too_many_attempts': 25 });
    expect((await attempt(who.email, who.password, {}, secondUrl)).status).toBe(200);
  });

  it('is taken from pages of other origins in its header [AC-66]', async () => {
    const preflight = await fetch(`${firstUrl}/v1/auth/login`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-headers')).toContain('X-Device-Token');
  });

  it('lets the owner ask for a reset code when others have used up all messages, and nobody else [AC-66]', async () => {
    const who = await createActiveCustomer(deployment);
    const token = await signInForDeviceToken(who);
    for (let n = 0; n < 36; n++) await forgot(who.email, `198.51.100.${n + 1}`);
    await deployment.waitUntilDrained();
    const before = resetMails(who.email).length;
    expect(before).toBeLessThanOrEqual(30);
    await forgot(who.email, '192.0.2.61', byHeader('x'.repeat(48)));
    await deployment.waitUntilDrained();
    expect(resetMails(who.email)).toHaveLength(before);
    const { status, text } = await forgot(who.email, '192.0.2.61', byCookie(token));
    expect([status, text]).toEqual([202, '']);
    await expect.poll(() => resetMails(who.email).length, { timeout: 10_000 }).toBe(before + 1);
    const mail = resetMails(who.email).at(-1);
    const code = extractCode(mail ?? { subject: '', text: '' });
    const json = { username: who.email, code, newPassword: `${WRONG}, but a new one` };
    expect((await send(`${firstUrl}/v1/auth/password/reset`, 'POST', { json })).status).toBe(204);
  });
});
