import path from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { InvalidConfiguration } from './invalid-configuration.js';
import { hasDevMailbox } from './message-transports.js';
import { parseSettings, usesEmbeddedDatabase } from './settings.js';
import { COMPLETE_ENVIRONMENT } from './testing/complete-environment.js';

const problemsOf = (env: Record<string, string | undefined>): readonly string[] => {
  try {
    parseSettings(env);
    return [];
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error.problems;
    throw error;
  }
};
const namesOf = (env: Record<string, string | undefined>) => problemsOf(env).map((problem) => problem.split(' ')[0]);

describe('without settings', () => {
  const settings = parseSettings({});

  it('uses the embedded default on loopback', () => {
    expect(settings).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      run: 'all',
      dataDir: path.resolve('.data'),
      publicUrl: 'http://127.0.0.1:3000',
      tokenAudience: 'http://127.0.0.1:3000',
      databaseUrl: undefined,
      redisUrls: [],
      rabbitmqUrl: undefined,
      eventPublishers: ['memory'],
      eventSources: ['memory'],
      logLevel: 'info',
      corsOrigins: [],
      securityContacts: [],
      changePasswordUrl: 'http://127.0.0.1:3000/docs',
      trustProxy: [],
      trustedSources: [],
    });
    expect([usesEmbeddedDatabase(settings), hasDevMailbox(settings)]).toEqual([true, true]);
  });

  it('uses the documented numbers', () => {
    expect(settings).toMatchObject({
      bcryptCost: 12,
      codeLength: 4,
      codeTtlSeconds: 60,
      attemptTtlSeconds: 1_800,
      accessTokenTtlSeconds: 900,
      registrationDisclosure: 'conceal',
      passwordMinimum: 8,
      defaultMarket: 'US',
      smsCountries: ['US'],
    });
    expect(settings.hashThreads).toBeGreaterThanOrEqual(1);
    expect(settings.limits).toMatchObject({
      triesPerCode: 3,
      guessesPerDay: 9,
      guessesPerWeek: 18,
      wrongCodesPerHour: null,
    });
  });
});

describe('with every setting', () => {
  const settings = parseSettings({ ...COMPLETE_ENVIRONMENT, RUN: 'api', HOST: '0.0.0.0' });

  it('has no dev mailbox on any host', () => {
    expect([usesEmbeddedDatabase(settings), hasDevMailbox(settings)]).toEqual([false, false]);
    expect(settings).toMatchObject({
      run: 'api',
      eventPublishers: ['rabbitmq'],
      eventSources: ['rabbitmq'],
      smsApiToken: 'sms-token',
    });
  });

  it('fills every section', () => {
    const env = {
      ...COMPLETE_ENVIRONMENT,
      PUBLIC_URL: 'https://foyer.example/app//',
      PASSWORD_PROFILE: 'nist',
      DEFAULT_MARKET: 'BR',
      SMS_COUNTRIES: ' BR , PT,',
      REDIS_URL: 'redis://a,redis://b',
      EVENT_PUBLISHERS: 'memory, rabbitmq,memory',
      EVENT_SOURCES: 'memory , rabbitmq',
      TRUST_PROXY: '10.0.0.0/8, 2001:db8::/32',
      LIMIT_GUESSES_PER_DAY: 'off',
      LIMIT_SMS_PER_DAY: '7',
      CODE_LENGTH: '8',
    };
    expect(parseSettings(env)).toMatchObject({
      publicUrl: 'https://foyer.example/app',
      tokenAudience: 'https://foyer.example/app',
      passwordMinimum: 15,
      smsCountries: ['BR', 'PT'],
      redisUrls: ['redis://a', 'redis://b'],
      eventPublishers: ['memory', 'rabbitmq'],
      eventSources: ['memory', 'rabbitmq'],
      trustProxy: ['10.0.0.0/8', '2001:db8::/32'],
      limits: { guessesPerDay: null, smsPerDay: 7 },
      codeLength: 8,
    });
  });
});

it('treats an empty value as unset', () => {
  const names = Object.keys({
    ...COMPLETE_ENVIRONMENT,
    PORT: '',
    HOST: '',
    RUN: '',
    CODE_LENGTH: '',
    LIMIT_SMS_PER_DAY: '',
    LOG_LEVEL: '',
  });
  const empty = Object.fromEntries(names.map((name, at) => [name, ' '.repeat(at % 3)]));
  expect(parseSettings(empty)).toEqual(parseSettings({}));
});

it('puts an IPv6 host in brackets in the public URL', () => {
  expect(parseSettings({ HOST: '::1', PORT: '8080' }).publicUrl).toBe('http://[::1]:8080');
});

describe('problems', () => {
  it('are reported all at once', () => {
    const faulty = {
      PORT: '70000',
      RUN: 'everything',
      PUBLIC_URL: 'ftp://foyer.example',
      DATABASE_URL: 'oracle://x',
      REDIS_URL: 'http://x',
      RABBITMQ_URL: 'nonsense',
      EVENT_PUBLISHERS: 'pigeon',
      EVENT_SOURCES: 'owl',
      SMTP_URL: 'mail.example',
      MAIL_FROM: 'a\nb',
      SMS_API_URL: 'sms',
      DEFAULT_MARKET: 'usa',
      SMS_COUNTRIES: 'br',
      BCRYPT_COST: '99',
      HASH_THREADS: '0',
      CODE_LENGTH: '5',
      CODE_TTL_SECONDS: '-1',
      ATTEMPT_TTL_SECONDS: '1e3',
      ACCESS_TOKEN_TTL_SECONDS: '901',
      REGISTRATION_DISCLOSURE: 'maybe',
      PASSWORD_PROFILE: 'none',
      PASSWORD_PEPPER: 'short',
      CODE_SECRET: 'a:short',
      IDENTIFIER_SECRET: `a:${'x'.repeat(32)},a:${'y'.repeat(32)}`,
      TRUST_PROXY: 'true',
      TRUSTED_SOURCES: '10.0.0.0/33',
      LIMIT_TRIES_PER_CODE: 'off',
      LIMIT_SMS_PER_DAY: '0',
      LOG_LEVEL: 'loud',
      CORS_ORIGINS: '*',
      SECURITY_CONTACT: 'security@foyer.example',
      CHANGE_PASSWORD_URL: '/account',
      ADMIN_PORT: '0',
      DEV_MAILBOX: 'yes',
      LIMIT_GUESES_PER_DAY: '9',
    };
    const found = new Set(namesOf(faulty));
    for (const name of Object.keys(faulty)) expect(found, name).toContain(name);
  });

  it.each(['UK', 'XX', 'br', 'Brazil'])('include an unknown country: %s', (country) => {
    expect(namesOf({ DEFAULT_MARKET: country })).toEqual(['DEFAULT_MARKET']);
    expect(namesOf({ SMS_COUNTRIES: `BR,${country}` })).toEqual(['SMS_COUNTRIES']);
  });

  it('are reported without the values, which may be secrets', () => {
    const shown = problemsOf({
      DATABASE_URL: 'postgres//user:hunter2@x',
      REDIS_URL: 'ftp://:hunter2@x',
      PASSWORD_PEPPER: 'hunter2',
      CODE_SECRET: 'hunter2',
      RUN: 'hunter2',
      PORT: 'hunter2',
      DEFAULT_MARKET: 'hunter2',
    }).join();
    expect(shown).not.toContain('hunter2');
    expect(shown.length).toBeGreaterThan(100);
  });

  it('include every missing secret when DATABASE_URL is set [AC-53]', () => {
    const { PASSWORD_PEPPER, CODE_SECRET, IDENTIFIER_SECRET, JWT_KEYS, ...rest } = COMPLETE_ENVIRONMENT;
    expect(namesOf(rest)).toEqual(['PASSWORD_PEPPER', 'CODE_SECRET', 'IDENTIFIER_SECRET', 'JWT_KEYS']);
    expect(problemsOf({ ...rest, PASSWORD_PEPPER, CODE_SECRET, IDENTIFIER_SECRET, JWT_KEYS })).toEqual([]);
  });

  it.each(['api', 'worker'])('include RUN=%s without Redis', (run) => {
    expect(namesOf({ RUN: run })).toEqual(['REDIS_URL']);
  });

  it('include rabbitmq as a publisher without its URL', () => {
    expect(namesOf({ EVENT_PUBLISHERS: 'rabbitmq' })).toEqual(['RABBITMQ_URL']);
    expect(namesOf({ EVENT_SOURCES: 'rabbitmq' })).toEqual(['RABBITMQ_URL']);
  });

  it('include a misspelled limit, unless it is empty', () => {
    expect(problemsOf({ LIMIT_GUESES_PER_DAY: '9' })).toEqual([
      'LIMIT_GUESES_PER_DAY is not a known limit: see .env.example',
    ]);
    expect(problemsOf({ LIMIT_GUESES_PER_DAY: ' ' })).toEqual([]);
  });

  it('include an ADMIN_PORT that equals PORT', () => {
    expect(namesOf({ PORT: '8080', ADMIN_PORT: '8080' })).toEqual(['ADMIN_PORT']);
    expect(parseSettings({ ADMIN_PORT: '9090' }).adminPort).toBe(9090);
  });

  it('include a MAIL_API_URL in addition to SMTP_URL', () => {
    expect(namesOf({ SMTP_URL: 'smtp://a', MAIL_API_URL: 'https://a' })).toEqual(['MAIL_API_URL']);
  });

  it.each(['0.0.0.0', '::', '192.0.2.7', 'foyer.example', '127.0.0.1.example', '1127.0.0.1'])(
    'include a dev mailbox on %s, unless it is declared public',
    (HOST) => {
      expect(namesOf({ HOST })).toEqual(['HOST']);
      expect(problemsOf({ HOST, DEV_MAILBOX: 'public' })).toEqual([]);
      expect(namesOf({ HOST, PUBLIC_URL: 'http://localhost:3000' })).toEqual(['HOST']);
      expect(problemsOf({ HOST, PUBLIC_URL: 'https://foyer.example.com' }), 'no mailbox').toEqual([]);
      expect(problemsOf({ HOST, SMTP_URL: 'smtp://a' }), 'no mailbox').toEqual([]);
      expect(problemsOf({ HOST, MAIL_API_URL: 'https://a', SMS_API_URL: 'https://a' })).toEqual([]);
    },
  );

  it.each(['localhost', '127.0.0.1', '127.8.9.10', '::1'])('do not include a dev mailbox on %s', (HOST) => {
    expect(problemsOf({ HOST })).toEqual([]);
  });

  it.each(['3', '+3000', '3000.0', '0x10', '３０００', ' 3000 x'])(
    'include PORT=%j unless it consists of ASCII digits',
    (PORT) => {
      expect(namesOf({ PORT })).toEqual(PORT === '3' ? [] : ['PORT']);
    },
  );
});

it('reads secrets from the settings, and repeats none in a problem [ST-10]', () => {
  const settings = parseSettings(COMPLETE_ENVIRONMENT);
  expect(settings.passwordPepper).toEqual([{ kid: '0', secret: COMPLETE_ENVIRONMENT['PASSWORD_PEPPER'] }]);
  const error = new InvalidConfiguration(problemsOf({ ...COMPLETE_ENVIRONMENT, PORT: 'x' }));
  expect(inspect(error)).not.toMatch(/secret-number|-password/);
});
