import { createHmac, randomBytes } from 'node:crypto';
import bcrypt from 'bcrypt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAdminCommand } from '../support/admin-command.js';
import type { Reply, RequestOptions } from '../support/http-message.js';
import {
  type ObservedDeployment,
  SERVICE_PASSWORDS,
  startObservedDeployment,
  withCredentials,
} from '../support/observed-deployment.js';
import { freePort } from '../support/ports.js';
import { type Program, runProgram } from '../support/program.js';
import {
  activate,
  extractCode,
  logIn,
  randomCredentials,
  register,
  waitForCode,
} from '../support/registration-requests.js';
import { findSecrets, type SearchedTexts, type Secrets } from '../support/secret-scanner.js';
import type { TokenResponse } from '../support/session-requests.js';

// characters that look different in JSON, in a URL and in a form
const secret = (name: string): string => `${name} & "${randomBytes(12).toString('base64url')}" ü/ß+`;
const basicOf = (email: string, password: string): string => Buffer.from(`${email}:${password}`).toString('base64');

const person = randomCredentials(secret('password'));
const typo = { ...person, password: secret('wrong password') };
const decoy = { ...person, password: secret('password of a decoy') };
const otherCredentials = randomCredentials(secret('password of another'));
const phone = { phone: '+14155550132', password: secret('password by phone') };

const NAME = 'Ada-Marguerite';
const HALF_AN_HOUR_MS = 30 * 60_000;

let glass: ObservedDeployment;
let program: Program;
const replies: Reply[] = [];
const canaries: Record<string, string> = {
  ...SERVICE_PASSWORDS,
  password: person.password,
  'wrong password': typo.password,
  'password of a decoy': decoy.password,
  'password of another': otherCredentials.password,
  'password by phone': phone.password,
  'Basic header': basicOf(person.email, person.password),
  'wrong Basic header': basicOf(typo.email, typo.password),
};

beforeAll(async () => {
  // eight digits: four are found by chance in times, ids and hashes
  glass = await startObservedDeployment({ CODE_LENGTH: '8', LOG_LEVEL: 'trace' });
  program = await glass.startProgram();
  const { env } = glass.deployment;
  canaries['pepper'] = env['PASSWORD_PEPPER'] ?? '';
  canaries['code secret'] = env['CODE_SECRET'] ?? '';
  canaries['identifier secret'] = env['IDENTIFIER_SECRET'] ?? '';
  canaries['signing key'] = /"d":"([^"]+)"/.exec(env['JWT_KEYS'] ?? '')?.[1] ?? '';
});
afterAll(() => glass?.close());

async function call(method: string, path: string, o: RequestOptions = {}): Promise<number> {
  const reply = await program.request(method, path, o);
  replies.push(reply);
  return reply.status;
}

/** What the database knows of somebody who is only pending, and what Redis would keep of him for over half an hour. */
async function findTracesBeforeProof(): Promise<string[]> {
  const { database, redis } = glass.deployment;
  const hisOwn: Secrets = { email: person.email, 'first name': NAME, password: person.password };
  const stored = findSecrets(hisOwn, { database: glass.snapshots['database (while a code is alive)'] ?? '' });
  const { rows } = await database.query<{ n: string }>(
    'select (select count(*) from customers) + (select count(*) from auth_subjects) as n',
  );
  const long: string[] = [];
  let places = 0;
  for (const key of await redis.keys('foyer:*')) {
    const held = JSON.stringify((await redis.type(key)) === 'hash' ? await redis.hgetall(key) : await redis.type(key));
    if (findSecrets(hisOwn, { key, held }).length === 0) continue;
    places++;
    const ms = await redis.pttl(key);
    if (ms < 0 || ms > HALF_AN_HOUR_MS) long.push(`${key} for ${ms} ms`);
  }
  const blind = places === 0 ? ['the search finds no attempt at all'] : [];
  return [...stored, ...long, ...blind, ...(Number(rows[0]?.n) > 0 ? ['he is in the database'] : [])];
}

describe('ST-10 INV-13 AC-56 the whole walk, with secrets that can be found again', () => {
  it('INV-12 register, guess wrong, activate; nothing of a person is kept before proof but in Redis, and not for long', async () => {
    const ticket = await register(program.url, { ...person, firstName: NAME });
    const code = await waitForCode(glass.deployment.mails, person, ticket);
    // no digit in common, so that neither is taken for the other in base64
    const wrong = code.replaceAll(/\d/g, (digit) => String((Number(digit) + 5) % 10));
    Object.assign(canaries, { code, 'wrong code': wrong });
    await glass.takeSnapshot('while a code is alive');
    expect(await findTracesBeforeProof()).toEqual([]);
    replies.push(await activate(program.url, typo, code), await activate(program.url, person, wrong));
    const done = await activate(program.url, person, code);
    expect(done.status).toBe(200);
    replies.push(done, await activate(program.url, person, code));
    await glass.takeSnapshot('after activation');
  });

  it('sign in, wrongly and rightly, and be asked who one is', async () => {
    replies.push(await logIn(program.url, typo));
    const { access_token: token, refresh_token } = (await logIn(program.url, person)).json as TokenResponse;
    Object.assign(canaries, { 'access token': token, 'signature of the token': token.split('.')[2] ?? '' });
    canaries['refresh token'] = refresh_token;
    expect(await call('GET', '/v1/customers/me', { bearer: token })).toBe(200);
    expect(await call('GET', '/v1/customers/me', { bearer: `${token}x` })).toBe(401);
    expect(await call('GET', `/v1/customers/me?access_token=${token}`)).toBe(401);
  });

  it('stay in, ask again, and sign out, here and everywhere', async () => {
    const refresh = (token: string) =>
      program.request<TokenResponse>('POST', '/v1/auth/refresh', { json: { refresh_token: token } });
    const first = canaries['refresh token'] ?? '';
    const [child, again] = [(await refresh(first)).json, (await refresh(first)).json];
    Object.assign(canaries, {
      'refresh token of a child': child.refresh_token,
      'another access token': again.access_token,
    });
    expect(again.refresh_token).toBe(child.refresh_token);
    const { json: last } = await refresh(child.refresh_token);
    canaries['refresh token at the end'] = last.refresh_token;
    await glass.takeSnapshot('signed in');
    const typed = [first, `${first}x`, { token: first }, `${first.slice(0, -8)}AAAAAAAA`];
    for (const refresh_token of typed) await call('POST', '/v1/auth/refresh', { json: { refresh_token } });
    replies.push(await program.request('GET', `/v1/auth/refresh?refresh_token=${first}`));
    const { json: other } = (await logIn(program.url, person)) as Reply<TokenResponse>;
    canaries['refresh token elsewhere'] = other.refresh_token;
    expect(await call('GET', '/v1/auth/sessions', { bearer: other.access_token })).toBe(200);
    expect(await call('POST', '/v1/auth/logout', { bearer: other.access_token, json: { scope: 'all' } })).toBe(204);
    expect(await call('POST', '/v1/auth/logout', { bearer: other.access_token })).toBe(401);
  });

  it('register again what is taken, and ask for more codes', async () => {
    await register(program.url, decoy);
    await glass.deployment.mails.waitFor(({ subject }) => /already have an account/i.test(subject));
    replies.push(await activate(program.url, decoy, canaries['wrong code'] ?? ''));
    const resend = '/v1/registrations/resend-code';
    expect(await call('POST', resend, { basic: [decoy.email, decoy.password] })).toBe(429);
    // All sessions of this customer were ended, and with them the receipt of the activation.
    expect(await call('POST', resend, { basic: [person.email, person.password] })).toBe(401);
    expect(await call('GET', '/v1/registrations/mine', { basic: [person.email, person.password] })).toBe(401);
  });

  it('by phone', async () => {
    expect(await call('POST', '/v1/registrations', { json: phone })).toBe(201);
    const code = extractCode({ subject: '', text: (await glass.sms.waitFor(({ to }) => to === phone.phone)).text });
    canaries['code by phone'] = code;
    await glass.takeSnapshot('by phone');
    const login = { basic: [phone.phone, phone.password] as const, json: { code } };
    expect(await call('POST', '/v1/registrations/activate', login)).toBe(200);
  });

  it('forget the password, guess wrong, set another one, change that one, wrongly and rightly', async () => {
    const named = (name: string): string => (canaries[name] = secret(name));
    const { phone: username } = phone;
    expect(await call('POST', '/v1/auth/password/forgot', { json: { username } })).toBe(202);
    const sms = await glass.sms.waitFor(({ to, text }) => to === username && /^\d{8} .*password/.test(text));
    const code = sms.text.slice(0, 8);
    const wrong = code.replaceAll(/\d/g, (digit) => String((Number(digit) + 5) % 10));
    Object.assign(canaries, { 'code of a reset': code, 'wrong reset code': wrong });
    await glass.takeSnapshot('while a reset code is alive');
    const reset = (typed: string, newPassword: string) =>
      call('POST', '/v1/auth/password/reset', { json: { username, code: typed, newPassword } });
    expect(await reset(wrong, named('password that was not set'))).toBe(400);
    expect(await reset(code, named('password after a reset'))).toBe(204);
    expect(await reset(code, named('password that came too late'))).toBe(410);
    const again = { email: username, password: canaries['password after a reset'] ?? '' };
    const { access_token: bearer } = (await logIn(program.url, again)).json as TokenResponse;
    const change = (currentPassword: string, newPassword: string) =>
      call('PUT', '/v1/auth/password', { bearer, json: { currentPassword, newPassword } });
    expect(await change(named('wrong current password'), named('password that was refused'))).toBe(400);
    expect(await change(again.password, `${named('password after a change')}${'x'.repeat(512)}`)).toBe(422);
    expect(await change(again.password, canaries['password after a change'] ?? '')).toBe(204);
    expect(
      await call('PUT', `/v1/auth/password?newPassword=${encodeURIComponent(again.password)}`, { bearer }),
    ).not.toBe(204);
    await glass.takeSnapshot('after a change of the password');
  });

  it('be appointed, and set a password with the one that is good for nothing else', async () => {
    const root = randomCredentials();
    const { stdout } = await runAdminCommand(program.env, root.email);
    const password = stdout.split(/\s/)[1] ?? '';
    canaries['one-time password'] = password;
    await glass.takeSnapshot('while a one-time password is good');
    const { access_token: bearer, scope } = (await logIn(program.url, { ...root, password })).json as TokenResponse & {
      scope: string;
    };
    expect(scope).toBe('password');
    const change = (newPassword: string) =>
      call('PUT', '/v1/auth/password', { bearer, json: { currentPassword: password, newPassword } });
    expect([await change(password), await change(root.password)]).toEqual([422, 204]);
  });

  it('while mail is refused, for now and for good', async () => {
    const { mails } = glass.deployment;
    mails.setBehaviour({ refuse: 451 }, 1);
    canaries['code of the second try'] = await waitForCode(
      mails,
      otherCredentials,
      await register(program.url, otherCredentials),
    );
    mails.setBehaviour({ refuse: 550 }, 1);
    await register(program.url, randomCredentials(otherCredentials.password));
    await program.waitForLog(({ msg, final }) => msg === 'a message was not accepted' && final === true);
  });

  it('with bodies that cannot be read or are not acceptable', async () => {
    const { email, password } = person;
    const quoted = JSON.stringify(password);
    const post = (path: string, json: object) => call('POST', path, { json });
    for (const body of [`{"email":"${email}","password":${quoted}`, `{"password":${quoted},"password":1}`])
      expect(await call('POST', '/v1/registrations', { body, headers: { 'content-type': 'application/json' } })).toBe(
        400,
      );
    expect(await post('/v1/registrations', { email, password, [password]: password })).toBe(422);
    expect(await post('/v1/registrations', { email: password, password })).toBe(422);
    expect(await post('/v1/auth/login', { username: email, password: { password } })).toBe(422);
    expect(await post('/v1/auth/login', { username: password, password })).toBe(401);
    const login = { basic: [email, password] as const, json: { code: password } };
    expect(await call('POST', '/v1/registrations/activate', login)).toBe(401);
    const pending = { basic: [decoy.email, decoy.password] as const, json: { code: password } };
    expect(await call('POST', '/v1/registrations/activate', pending)).toBe(422);
    await post(`/v1/registrations?password=${encodeURIComponent(password)}`, { email });
    const headers = {
      'x-correlation-id': `x ${canaries['wrong code']}`,
      cookie: `password=${basicOf(email, password)}`,
    };
    await call('GET', '/v1/customers/me', { headers });
    // whoever puts it into the address gets his own address back, so that answer does not count; the log does
    await program.request('GET', `/v1/${encodeURIComponent(password)}/${canaries['access token']}`);
  });

  it('with a broker, a Redis and a mail server that turn us away', async () => {
    const closed = await freePort();
    const blind = await glass.startProgram({
      REDIS_URL: `redis://foyer:${SERVICE_PASSWORDS['Redis password']}@127.0.0.1:${closed}`,
      RABBITMQ_URL: withCredentials(
        glass.deployment.env['RABBITMQ_URL'] ?? '',
        'foyer',
        SERVICE_PASSWORDS['broker password'],
      ),
      SMTP_URL: `smtp://postmaster:${SERVICE_PASSWORDS['SMTP password']}@127.0.0.1:${closed}`,
    });
    replies.push(await blind.request('POST', '/v1/registrations', { json: person }));
    expect(replies.at(-1)?.status).toBe(503);
    await blind.waitForLog(({ publisher }) => publisher === 'rabbitmq');
    replies.push(await blind.request('GET', '/health/ready'));
    expect(await blind.stop()).toBe(0);
  });

  it('with a database that turns us away: it ends, and does not say by which password', async () => {
    const url = withCredentials(
      glass.deployment.env['DATABASE_URL'] ?? '',
      'foyer',
      SERVICE_PASSWORDS['database password'],
    );
    const { code, output } = await runProgram({ env: { ...glass.deployment.env, DATABASE_URL: url } });
    expect(code).not.toBe(0);
    expect(findSecrets(canaries, { output })).toEqual([]);
  });

  it('ST-05 leaves no secret anywhere', async () => {
    await glass.deployment.waitUntilDrained();
    await glass.takeSnapshot('at the end');
    const events = glass.deployment.events.events.map(({ body, properties }) => JSON.stringify([body, properties]));
    expect(events.length).toBeGreaterThanOrEqual(5);
    const everywhere: SearchedTexts = {
      ...glass.snapshots,
      logs: glass.logs(),
      'commands to Redis': glass.redisCommands.join('\n'),
      events: events.join('\n'),
      metrics: (await program.request('GET', '/metrics')).text,
      answers: replies.map(({ text, headers }) => `${text} ${JSON.stringify([...headers])}`).join('\n'),
      documentation: (await program.request('GET', '/docs/openapi.json')).text,
    };
    for (const [place, text] of Object.entries(everywhere)) expect([place, text.length > 50]).toEqual([place, true]);
    expect(Object.entries(canaries).filter(([, value]) => value.length < 8)).toEqual([]);
    const found = findSecrets(canaries, everywhere);
    // What is stored of a refresh token is its SHA-256, in the database and nowhere else.
    const kept = /^refresh token[a-z ]* as SHA-256 in database /;
    expect(found.filter((line) => kept.test(line)).length).toBeGreaterThan(0);
    expect(found.filter((line) => !kept.test(line))).toEqual([]);

    const sms = glass.sms.messages.map(({ text }) => text);
    const messages = [...glass.deployment.mails.messages.map((mail) => JSON.stringify(mail)), ...sms];
    const others = Object.entries(canaries).filter(([name]) => !/^code( by| of|$)/.test(name));
    expect(findSecrets(Object.fromEntries(others), { messages: messages.join('\n') })).toEqual([]);
  });

  it('ST-P7 keeps what is made of a password to itself', async () => {
    const { rows } = await glass.deployment.database.query<{ credential: string }>(
      'select credential from auth_subjects',
    );
    const hashes = rows.map(({ credential }) => credential.slice(credential.indexOf('$2')));
    const preHash = createHmac('sha384', canaries['pepper'] ?? '')
      .update(person.password.normalize('NFC'))
      .digest('base64');
    expect((await Promise.all(hashes.map((hash) => bcrypt.compare(preHash, hash)))).filter(Boolean)).toHaveLength(1);
    const outside = {
      logs: glass.logs(),
      redis: glass.redisCommands.join('\n'),
      answers: replies.map(({ text }) => text).join(),
    };
    const events = glass.deployment.events.events.map(({ body }) => JSON.stringify(body)).join('\n');
    expect(findSecrets({ preHash }, { ...glass.snapshots, ...outside, events })).toEqual([]);
    expect(findSecrets(Object.fromEntries(hashes.entries()), { ...outside, events })).toEqual([]);
  });

  it('and no address or number of a person in logs, metrics and the names of keys', async () => {
    const emails = {
      email: person.email,
      'local part': person.email.split('@')[0] ?? '',
      'another email': otherCredentials.email,
    };
    const identifiers: Secrets = { ...emails, phone: phone.phone, 'national number': '4155550132' };
    const keys = Object.fromEntries(
      Object.entries(glass.snapshots).filter(([place]) => place.startsWith('Redis keys')),
    );
    const metrics = (await program.request('GET', '/metrics')).text;
    expect(findSecrets(identifiers, { logs: glass.logs(), metrics, ...keys })).toEqual([]);
  });

  it('and this search finds what is there', () => {
    const { password } = person;
    const basics = ['', 'a', 'ab', 'abc'].map((email) => basicOf(email, `${password}!`));
    const planted = [`?p=${encodeURIComponent(password)}`, JSON.stringify({ password }), ...basics];
    for (const text of planted) expect([text, findSecrets({ password }, { text })]).not.toEqual([text, []]);
    expect(findSecrets({ password }, { text: person.email })).toEqual([]);
  });
});
