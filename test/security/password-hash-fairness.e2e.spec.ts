import { describe, expect, it } from 'vitest';
import { logIn, type TokenResponse } from '../support/auth-requests.js';
import { EMBEDDED } from '../support/backends.js';
import { forwardedFor, TRUSTED_PROXY_SETTINGS } from '../support/forwarded-for.js';
import { identifierOf, type RegistrationInput } from '../support/registration-fixtures.js';
import { useTestApp } from '../support/test-app.js';

const ATTACKER = '198.51.100.66';
const PAUSE_MS = 20;
/** Together they ask for more than the queue holds; of one account at most five are compared at once. */
const ACCOUNTS = 5;
const AT_ONCE = 5;
const LOGINS = 20;

/** Sets the password that is there already: it takes the current one, and costs two hashes. */
const changeTo = (person: RegistrationInput) => ({ currentPassword: person.password, newPassword: person.password });

describe('a source that changes passwords without end', { timeout: 180_000 }, () => {
  // No limit of sources keeps the attacker away: only the hash queue is between them and the others.
  const app = useTestApp(EMBEDDED, {
    ...{ ...TRUSTED_PROXY_SETTINGS, TRUSTED_SOURCES: ATTACKER, HASH_THREADS: '1', BCRYPT_COST: '11' },
    LIMIT_LOGINS_PER_SOURCE: 'off',
  });
  const change = (person: RegistrationInput, { access_token }: TokenResponse, source: string) =>
    app.request('PUT', '/v1/auth/password', { bearer: access_token, json: changeTo(person), ...forwardedFor(source) });
  const logInFrom = async ({ password, ...person }: RegistrationInput, source: string) =>
    (
      await app.request('POST', '/v1/auth/login', {
        json: { username: identifierOf({ password, ...person }), password },
        ...forwardedFor(source),
      })
    ).status;

  it('keeps nobody else from signing in [AC-64]', async () => {
    const others = [await app.createCustomer(), await app.createCustomer()].map(({ person }) => person);
    const accounts: { readonly person: RegistrationInput; readonly tokens: TokenResponse }[] = [];
    for (let n = 0; n < ACCOUNTS; n++) {
      const { person } = await app.createCustomer();
      accounts.push({ person, tokens: await logIn(app, person) });
    }
    let attacking = true;
    const answered = new Map<number, number>();
    const attack = Array.from({ length: ACCOUNTS * AT_ONCE }, async (_, n) => {
      const { person, tokens } = accounts[n % ACCOUNTS] as (typeof accounts)[0];
      while (attacking) {
        const { status } = await change(person, tokens, ATTACKER);
        answered.set(status, (answered.get(status) ?? 0) + 1);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    });
    await expect.poll(() => answered.size, { timeout: 20_000 }).toBeGreaterThan(0);
    const statuses: number[] = [];
    for (let n = 0; n < LOGINS; n++)
      statuses.push(await logInFrom(others[n % others.length] as RegistrationInput, `203.0.113.${n}`));
    attacking = false;
    await Promise.all(attack);
    expect(statuses, JSON.stringify([...answered])).toEqual(Array.from({ length: LOGINS }, () => 200));
  });
});

describe('changes of the password', () => {
  const app = useTestApp(EMBEDDED, { ...TRUSTED_PROXY_SETTINGS, LIMIT_LOGINS_PER_SOURCE: '4' });

  it('are counted with the sign-ins of their source [AC-64]', async () => {
    const { person } = await app.createCustomer();
    const tokens = await logIn(app, person);
    const statuses: number[] = [];
    const change = (source: string) =>
      app.request<{ code?: string }>('PUT', '/v1/auth/password', {
        ...{ bearer: tokens.access_token, json: changeTo(person), ...forwardedFor(source) },
      });
    for (let n = 0; n < 4; n++) statuses.push((await change(ATTACKER)).status);
    expect(statuses).toEqual([204, 204, 204, 204]);
    const limited = await change(ATTACKER);
    expect([limited.status, limited.json.code]).toEqual([429, 'request.too_many']);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await change('198.51.100.67')).status).toBe(204);
  });
});
