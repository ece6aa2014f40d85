import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CustomerResponse, type CustomersClient, startCustomersDeployment } from '../support/customers-client.js';
import { type Reply, type RequestOptions, send } from '../support/http-message.js';
import {
  type Credentials,
  extractCode,
  randomCredentials,
  register,
  waitForCode,
  wrongCodes,
} from '../support/registration-requests.js';
import type { TestDeployment } from '../support/test-deployment.js';

const REFUSED = '401 auth.invalid_credentials';
const LIMITED = '429 auth.too_many_attempts';
/** Wrong passwords in a row after which nobody is compared for a while. */
const FREE_TRIES = 5;

const outcomeOf = ({ status, json }: Reply): string =>
  status < 400 ? String(status) : `${status} ${(json as { code?: string }).code}`;
const withPassword = (person: Credentials, password: string = randomCredentials().password): Credentials => ({
  ...person,
  password,
});
/** Milliseconds since 1970 at which a UUIDv7 was made. */
const timestampOfId = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);

interface Activated extends CustomerResponse {
  readonly tokens?: { readonly access_token: string };
}

interface NewCustomer {
  readonly person: Credentials;
  readonly id: string;
  readonly bearer: string;
  readonly code: string;
}

describe('the receipt of an activation', () => {
  let deployment: TestDeployment;
  let members: CustomersClient;
  let admin: string;

  beforeAll(async () => {
    const env = { LIMIT_LOGINS_PER_SOURCE: 'off', TRUST_PROXY: '127.0.0.0/8' };
    ({ deployment, members, admin } = await startCustomersDeployment(env));
  }, 120_000);
  afterAll(() => deployment?.close());

  /** @param from the address that the call is forwarded for */
  const ask = <T>(base: string, method: string, path: string, from: string, o: RequestOptions) =>
    send<T>(base + path, method, { ...o, headers: { ...o.headers, 'x-forwarded-for': from }, timeoutMs: 20_000 });
  const basicOf = ({ email, password }: Credentials) => [email, password] as const;
  const mine = (person: Credentials, from = '192.0.2.1', base = members.firstReplicaUrl) =>
    ask<{ state: string }>(base, 'GET', '/v1/registrations/mine', from, { basic: basicOf(person) });
  const resend = (person: Credentials, from = '192.0.2.1', base = members.lastReplicaUrl) =>
    ask(base, 'POST', '/v1/registrations/resend-code', from, { basic: basicOf(person) });
  const activate = (person: Credentials, code: string, from = '192.0.2.1', base = members.lastReplicaUrl) =>
    ask<Activated>(base, 'POST', '/v1/registrations/activate?tokens=true', from, {
      basic: basicOf(person),
      json: { code },
    });
  const logIn = ({ email: username, password }: Credentials, from: string, base = members.lastReplicaUrl) =>
    ask(base, 'POST', '/v1/auth/login', from, { json: { username, password } });
  const pending = async (person = randomCredentials()) => {
    const ticket = await register(members.firstReplicaUrl, person);
    return { person, ticket, code: await waitForCode(deployment.mails, person, ticket) };
  };
  const newCustomer = async (): Promise<NewCustomer> => {
    const { person, code } = await pending();
    const { status, text, json } = await activate(person, code);
    if (status !== 200) throw new Error(`activate answered ${status} ${text}`);
    return { person, code, id: json.id, bearer: json.tokens?.access_token ?? '' };
  };
  /** How many wrong passwords were compared, of everybody. */
  const compared = async (): Promise<number> => {
    const { rows } = await deployment.database.query<{ n: string }>('select sum(wrong) as n from auth_login_tries');
    return Number(rows[0]?.n ?? 0);
  };
  /** Whatever can be asked with the password of the activation, over both replicas. */
  const answersTo = async ({ person, code }: NewCustomer): Promise<string[]> => {
    const [wrong = ''] = wrongCodes(code, 1);
    const replies = [await activate(person, code), await activate(person, wrong, undefined, members.firstReplicaUrl)];
    return [...replies, await mine(person), await resend(person)].map(outcomeOf);
  };

  it('repeats the answer within the minute, with tokens, as long as nothing has changed [AC-68]', async () => {
    const mia = await newCustomer();
    expect(await answersTo(mia)).toEqual(['200', '200', '200', '409 registration.already_active']);
    const again = await activate(mia.person, mia.code);
    const bearer = again.json.tokens?.access_token ?? '';
    expect((await members.callCustomers('GET', 'me', bearer)).json.id).toBe(mia.id);
  });

  describe('is refused as a wrong password is, with any code', () => {
    const patched = (status: string) => async (mia: NewCustomer) => {
      expect((await members.callCustomers('PATCH', mia.id, admin, { status })).status).toBe(200);
    };
    const changed = async ({ bearer, person }: NewCustomer): Promise<void> => {
      const json = { currentPassword: person.password, newPassword: randomCredentials().password };
      expect((await send(`${members.firstReplicaUrl}/v1/auth/password`, 'PUT', { bearer, json })).status).toBe(204);
    };
    const reset = async ({ person: { email } }: NewCustomer): Promise<void> => {
      await send(`${members.firstReplicaUrl}/v1/auth/password/forgot`, 'POST', { json: { username: email } });
      const isCode = (mail: { to: readonly string[]; text: string }) =>
        mail.to.includes(email) && /\b\d{8}\b/.test(mail.text);
      const code = extractCode(await deployment.mails.waitFor(isCode, 10_000));
      const json = { username: email, code, newPassword: randomCredentials().password };
      expect((await send(`${members.firstReplicaUrl}/v1/auth/password/reset`, 'POST', { json })).status).toBe(204);
    };
    const signedOut = async ({ bearer }: NewCustomer): Promise<void> => {
      const o = { bearer, json: { scope: 'all' } };
      expect((await send(`${members.firstReplicaUrl}/v1/auth/logout`, 'POST', o)).status).toBe(204);
    };
    const deleted =
      (how = '') =>
      async ({ id }: NewCustomer): Promise<void> => {
        expect((await members.callCustomers('DELETE', `${id}${how}`, admin)).status).toBe(204);
      };

    it.each<[string, ((mia: NewCustomer) => Promise<void>)[]]>([
      ['the password was changed', [changed]],
      ['the password was reset', [reset]],
      ['everything was signed out', [signedOut]],
      ['the customer was suspended', [patched('suspended')]],
      ['the customer was suspended for a while', [patched('suspended'), patched('active')]],
      ['the customer was deleted', [deleted()]],
      ['the customer was erased', [deleted('?mode=erase')]],
    ])('once %s [AC-68]', async (_, steps) => {
      const mia = await newCustomer();
      for (const step of steps) await step(mia);
      expect(await answersTo(mia)).toEqual([REFUSED, REFUSED, REFUSED, REFUSED]);
    });
  });

  describe('is no way to guess the password', () => {
    it('compares no more guesses than a sign-in, from ten sources over two replicas [AC-68]', async () => {
      const { person } = await newCustomer();
      const sources = Array.from({ length: 10 }, (_, n) => `203.0.113.${n + 1}`);
      const guesses = sources.flatMap((from) => Array.from({ length: 60 }, () => from));
      const before = await compared();
      const wrong = await Promise.all(
        guesses.map((from, n) =>
          mine(withPassword(person), from, n % 2 ? members.firstReplicaUrl : members.lastReplicaUrl),
        ),
      );
      expect(wrong.filter(({ status }) => ![401, 503].includes(status)).map(outcomeOf)).toEqual([]);
      const count = (await compared()) - before;
      expect(count).toBeGreaterThanOrEqual(FREE_TRIES);
      // As sign-ins: five of a source, and few more while its wait doubles.
      expect(count).toBeLessThanOrEqual(sources.length * 2 * FREE_TRIES);
      const others = await Promise.all(Array.from({ length: 3 }, newCustomer));
      expect(others, 'who registers right after it is served').toHaveLength(3);
    });

    it.each<[string, (person: Credentials, from: string) => Promise<Reply>]>([
      ['mine', (person, from) => mine(person, from)],
      ['activate', (person, from) => activate(person, '0420', from)],
      ['resend-code', (person, from) => resend(person, from)],
    ])('counts the wrong passwords of %s with those of sign-ins [AC-68]', async (route, call) => {
      const { person } = await newCustomer();
      const from = `198.51.100.${route.length}`;
      for (let n = 0; n < FREE_TRIES; n++) expect(outcomeOf(await call(withPassword(person), from))).toBe(REFUSED);
      expect(outcomeOf(await logIn(person, from))).toBe(LIMITED);
      expect(outcomeOf(await call(person, from))).toBe(REFUSED);
    });

    it('is not answered while sign-ins have to wait, and is again when they need not [AC-68]', async () => {
      const { person } = await newCustomer();
      const from = '198.51.100.77';
      for (let n = 0; n < FREE_TRIES; n++) await logIn(withPassword(person), from);
      expect(outcomeOf(await mine(person, from))).toBe(REFUSED);
      const answer = async () => outcomeOf(await mine(person, from));
      await expect.poll(answer, { timeout: 10_000, interval: 250 }).toBe('200');
    });

    it('answers alike for a new name, a pending one, a fresh customer and an old one [AC-68]', async () => {
      const old = await newCustomer();
      for (const key of await deployment.redis.keys('foyer:*')) await deployment.redis.del(key);
      const [waiting, fresh] = [(await pending()).person, (await newCustomer()).person];
      const answers = await Promise.all(
        [randomCredentials(), waiting, fresh, old.person].map(async (person) => {
          const from = '198.51.100.99';
          const replies = [];
          for (let n = 0; n < FREE_TRIES + 2; n++) replies.push(await mine(withPassword(person), from));
          replies.push(await logIn(withPassword(person), from));
          return replies.map(outcomeOf);
        }),
      );
      const expected = [...Array.from({ length: FREE_TRIES + 2 }, () => REFUSED), LIMITED];
      expect(answers).toEqual(answers.map(() => expected));
    });

    it('is not shown by a registration with the same password [AC-68]', async () => {
      const { person } = await newCustomer();
      const before = Date.now();
      const tickets = [
        await register(members.firstReplicaUrl, person),
        await register(members.lastReplicaUrl, withPassword(person)),
      ];
      for (const { attemptId } of tickets) expect(timestampOfId(attemptId)).toBeGreaterThanOrEqual(before - 1_000);
      for (const base of [members.firstReplicaUrl, members.lastReplicaUrl])
        expect((await mine(person, '203.0.113.200', base)).json.state).toBe('pending');
    });

    it('takes no room from the attempts of the identifier, so that nobody can tell that it is there [AC-68]', async () => {
      const { person } = await newCustomer();
      const people = Array.from({ length: 3 }, () => withPassword(person));
      for (const one of people) await register(members.firstReplicaUrl, one);
      expect(await Promise.all(people.map(async (one) => (await mine(one)).status))).toEqual([200, 200, 200]);
    });
  });

  it('keeps nobody from activating: a pending attempt answers, however much was guessed [AC-68]', async () => {
    const { person, code } = await pending();
    const from = '192.0.2.1';
    for (let n = 0; n < FREE_TRIES * 2; n++) expect(outcomeOf(await mine(withPassword(person), from))).toBe(REFUSED);
    expect(outcomeOf(await logIn(withPassword(person), from))).toBe(LIMITED);
    expect((await mine(person, from)).json.state).toBe('pending');
    expect(outcomeOf(await resend(person, from))).toBe('429 registration.resend_too_early');
    const activated = await activate(person, code, from);
    expect(activated.status, activated.text).toBe(200);
    expect((await members.callCustomers('GET', 'me', activated.json.tokens?.access_token ?? '')).status).toBe(200);
  });

  it('shares one count with sign-ins in whichever way the identifier is written [AC-68]', async () => {
    const { person } = await newCustomer();
    const from = '198.51.100.111';
    const shouted = { ...person, email: person.email.toUpperCase() };
    for (let n = 0; n < FREE_TRIES; n++) await mine(withPassword(n % 2 ? shouted : person, randomUUID()), from);
    expect(outcomeOf(await logIn(shouted, from))).toBe(LIMITED);
  });
});
