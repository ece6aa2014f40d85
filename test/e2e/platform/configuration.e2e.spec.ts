import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../../support/http-message.js';
import { encodeRawRequest, exchangeBytes, firstReply } from '../../support/keep-alive-connection.js';
import { freePort } from '../../support/ports.js';
import { findProblemFaults } from '../../support/problem-checks.js';
import { type Program, runProgram, startProgram } from '../../support/program.js';
import { freshSecrets, MIGRATE_ENTRY } from '../../support/test-deployment.js';

type Settings = Readonly<Record<string, string>>;
const ERASE_CHECK = 'dist/apps/server/src/erase-check.js';
const CANARY = 'c4n4ry-of-a-secret';
const SECRETS = freshSecrets();
/** Far more than it needs on a busy machine; a program that waits for something never ends by itself. */
const QUICKLY_MS = 20_000;

interface Refusal {
  readonly code: number;
  readonly output: string;
}

const refusal = (env: Settings, entry?: string, ...args: readonly string[]): Promise<Refusal> =>
  runProgram({ env, args, timeoutMs: QUICKLY_MS, ...(entry ? { entry } : {}) });

/** It ended by itself, names all of these settings, and says nothing else but sentences: no stack, no value. */
function expectRefusal({ code, output }: Refusal, settings: readonly string[]): void {
  expect([code, output]).toEqual([1, expect.anything()]);
  for (const setting of settings) expect(output).toContain(setting);
  expect(output).not.toContain(CANARY);
  expect(output).not.toMatch(/^\s+at .+:\d+/m);
}

describe('AC-53 a configuration that cannot be used stops the start', () => {
  const BAD: Settings = {
    PORT: '99999',
    RUN: 'everything',
    LOG_LEVEL: 'loud',
    DATABASE_URL: `oracle://foyer:${CANARY}@127.0.0.1/foyer`,
    REDIS_URL: `http://:${CANARY}@127.0.0.1`,
    RABBITMQ_URL: CANARY,
    SMTP_URL: `postmaster:${CANARY}@mail`,
    SMS_API_URL: 'ftp://sms',
    PUBLIC_URL: 'here',
    EVENT_PUBLISHERS: 'pigeons',
    BCRYPT_COST: '3',
    HASH_THREADS: '0',
    CODE_TTL_SECONDS: '60.5',
    ACCESS_TOKEN_TTL_SECONDS: '86400',
    REGISTRATION_DISCLOSURE: 'sometimes',
    PASSWORD_PROFILE: 'none',
    DEFAULT_MARKET: 'usa',
    SMS_COUNTRIES: 'US,everywhere',
    TRUST_PROXY: 'true',
    TRUSTED_SOURCES: '10.0.0.0/99',
    LIMIT_TRIES_PER_CODE: 'off',
    CORS_ORIGINS: '*',
    SECURITY_CONTACT: 'security@foyer.example',
    CHANGE_PASSWORD_URL: '/account',
    PASSWORD_PEPPER: CANARY,
    CODE_SECRET: `a:${CANARY},a:${CANARY}`,
    IDENTIFIER_SECRET: CANARY,
    JWT_KEYS: `{"keys":[{"kty":"OKP","d":"${CANARY}"`,
  };

  it('all of its faults at once, without a value, for the program and for its migrations', async () => {
    const [main, migrate] = await Promise.all([refusal(BAD), refusal(BAD, MIGRATE_ENTRY)]);
    expectRefusal(main, Object.keys(BAD));
    expectRefusal(migrate, Object.keys(BAD));
  });

  it('every secret is required with a database, and all that are missing are named', async () => {
    expectRefusal(
      await refusal({ DATABASE_URL: `postgres://foyer:${CANARY}@127.0.0.1:1/foyer` }),
      Object.keys(SECRETS),
    );
    const { PASSWORD_PEPPER: _, ...others } = SECRETS;
    const env = { ...others, DATABASE_URL: `postgres://foyer:${CANARY}@127.0.0.1:1/foyer`, CODE_SECRET: ' ' };
    expectRefusal(await refusal(env), ['PASSWORD_PEPPER', 'CODE_SECRET']);
  });

  const okp = JSON.parse(SECRETS['JWT_KEYS'] ?? '') as { keys: [Record<string, string>] };
  const changed = (more: Readonly<Record<string, string | undefined>>): string =>
    JSON.stringify({ keys: [{ ...okp.keys[0], ...more }] });
  const keys: Settings = {
    'half of it': `{"keys":[{"kty":"OKP","crv":"Ed25519","d":"${CANARY}"`,
    'no keys': '{"keys":[]}',
    'a public key': changed({ d: undefined }),
    'a damaged key': changed({ d: CANARY }),
    'a shared secret': JSON.stringify({ keys: [{ kty: 'oct', k: CANARY, kid: '1', alg: 'HS256' }] }),
  };
  it.concurrent.each(Object.keys(keys))('JWT_KEYS that are %s are refused before anything is started', async (name) => {
    const env = { ...SECRETS, DATABASE_URL: 'postgres://127.0.0.1:1/foyer', JWT_KEYS: keys[name] ?? '', PORT: 'x' };
    expectRefusal(await refusal(env), ['JWT_KEYS', 'PORT']);
  });

  it('a worker or an API by itself needs REDIS_URL', async () => {
    const [worker, api] = await Promise.all([refusal({ RUN: 'worker' }), refusal({ RUN: 'api' })]);
    expectRefusal(worker, ['REDIS_URL', 'RUN=worker']);
    expectRefusal(api, ['REDIS_URL', 'RUN=api']);
  });

  it.concurrent.each(['0.0.0.0', '::', 'foyer.example'])('the dev mailbox is not shown on HOST=%s', async (HOST) => {
    expectRefusal(await refusal({ HOST }), ['HOST', 'DEV_MAILBOX', 'SMS_API_URL']);
  });

  it('a database that is away stops the start as well, without its password', async () => {
    const port = await freePort();
    const env = { ...SECRETS, DATABASE_URL: `postgres://foyer:${CANARY}@127.0.0.1:${port}/foyer` };
    const [main, migrate, look] = await Promise.all([
      refusal(env),
      refusal(env, MIGRATE_ENTRY),
      refusal(env, ERASE_CHECK, '01a1f980-a045-700b-9375-5db802c20578'),
    ]);
    for (const told of [main, migrate, { ...look, code: look.code - 1 }])
      expectRefusal(told, ['DATABASE_URL', `127.0.0.1:${port}`]);
  });

  it('a port that is taken stops the start with a sentence, and with nothing begun', async () => {
    const port = await freePort();
    const taken = createServer().listen(port, '127.0.0.1');
    try {
      const told = await refusal({ PORT: String(port) });
      expectRefusal(told, [`PORT ${port} is taken`]);
      expect(told.output).not.toContain('"level":"warn"');
    } finally {
      taken.close();
    }
  });

  const COMMANDS = [
    'main',
    'migrate',
    'admin',
    'outbox',
    'dead-letters',
    'erase-check',
    'rotate-keys',
    'publish-contracts',
  ];
  it.concurrent.each(COMMANDS)('%s takes no word that it does not know for a yes', async (name) => {
    const args = name === 'rotate-keys' ? ['--help'] : ['one', 'two'];
    const { code, output } = await refusal({}, `dist/apps/server/src/${name}.js`, ...args);
    expect(code).toBe(name === 'erase-check' ? 2 : 1);
    expect(output).toMatch(/^(make |publish-contracts|It takes no arguments)/);
    expect(output).not.toMatch(/^\s+at .+:\d+/m);
  });
});

describe('the embedded default', () => {
  let program: Program;
  let adminPort: number;
  beforeAll(async () => {
    adminPort = await freePort();
    program = await startProgram({ env: { ADMIN_PORT: String(adminPort) } });
  });
  afterAll(() => program?.dispose());

  const ask = async (path: string, ...headers: string[]) => {
    const bytes = `GET ${path} HTTP/1.1\r\n${[...headers, 'connection: close'].join('\r\n')}\r\n\r\n`;
    return firstReply(await exchangeBytes(program.url, [bytes]));
  };
  const DEV = [
    '/dev/messages',
    '/dev/mailbox',
    '/dev/messages/',
    '/dev/mailbox/',
    '/dev/messages?to=a',
    '/%64ev/messages',
  ];

  it('with an ADMIN_PORT keeps metrics and single dependencies from the public, and gives operators nothing else', async () => {
    const seen = async (path: string) => {
      const ask = (url: string) => send(url + path, 'GET');
      return [await ask(program.url), await ask(`http://127.0.0.1:${adminPort}`)] as const;
    };
    const [outside, inside] = await seen('/metrics');
    const [ready, details] = await seen('/health/ready');
    expect([outside.status, inside.status]).toEqual([404, 200]);
    expect(inside.text).toContain('request_count_total');
    expect([ready.status, ready.json]).toEqual([200, { status: 'ok' }]);
    expect(details.json).toMatchObject({ status: 'ok', dependencies: { database: 'ok' } });
    for (const path of ['/health', '/health/live'])
      expect((await seen(path)).map(({ status }) => status)).toEqual([200, 200]);
    for (const path of ['/docs', '/.well-known/jwks.json', '/dev/messages'])
      expect([path, (await seen(path)).map(({ status }) => status)]).toEqual([path, [200, 404]]);
    await program.restart();
    expect((await seen('/metrics')).map(({ status }) => status)).toEqual([404, 200]);
  });

  it('shows the dev mailbox by a name of this machine', async () => {
    for (const path of DEV)
      for (const host of ['127.0.0.1', `127.0.0.1:${program.port}`, 'localhost', 'LOCALHOST:80', '[::1]:1'])
        expect([path, host, (await ask(path, `host: ${host}`)).status]).toEqual([path, host, 200]);
  });

  const STRANGERS = [
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'evil.example:3000',
    'localhost@evil.example',
  ].concat([
    'evil.example#localhost',
    '127.0.0.1, evil.example',
    '0.0.0.0',
    '169.254.169.254',
    '',
    ' ',
    '[::1].evil.example',
    'localhost/',
  ]);
  it.each(STRANGERS)('and by no other: %s', async (host) => {
    for (const path of DEV) {
      const reply = await ask(path, `host: ${host}`);
      expect([path, reply.status >= 400 && reply.status < 500, findProblemFaults(reply)]).toEqual([path, true, []]);
    }
  });

  it('nor to a page of another site, nor where two names are given', async () => {
    const own = 'host: 127.0.0.1';
    expect((await ask('/dev/messages', own, 'sec-fetch-site: cross-site')).status).toBe(403);
    expect((await ask('/dev/messages', 'host: evil.example', own)).status).not.toBe(200);
    expect((await ask('/dev/messages', 'host: evil.example', `x-forwarded-host: 127.0.0.1`)).status).toBe(403);
    const { headers } = await ask('/dev/messages', own, 'origin: http://evil.example');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('keeps its secrets to itself', async () => {
    expect(existsSync(program.env['DATA_DIR'] ?? '')).toBe(true);
    const hidden = [
      '/secrets.json',
      '/.data/secrets.json',
      '/docs/../secrets.json',
      '/docs/..%2f..%2fsecrets.json',
      '/.env',
    ];
    for (const path of hidden) expect([path, (await ask(path, 'host: 127.0.0.1')).status]).not.toEqual([path, 200]);
    const put = firstReply(
      await exchangeBytes(program.url, [encodeRawRequest('PUT', '/dev/messages', { headers: ['connection: close'] })]),
    );
    expect(put.status).toBe(405);
  });
});
