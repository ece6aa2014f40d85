import { availableParallelism } from 'node:os';
import path from 'node:path';
import { isCountry } from '#kernel';
import type { Environment } from './environment.js';
import { type EventTransports, readEventTransports } from './event-transports.js';
import { readJwtKeys } from './jwt-keys.js';
import { type KeyRing, readKeyRing } from './key-ring.js';
import { type Limits, readLimits } from './limits.js';
import { isLoopbackHost } from './loopback.js';
import { hasDevMailbox } from './message-transports.js';
import { readNetworks } from './networks.js';
import { type OAuthIssuer, readOAuthIssuers } from './oauth-issuers.js';
import { readContacts, readOrigins } from './origins-and-contacts.js';
import { SettingsReader } from './settings-reader.js';

export type ProcessRole = 'all' | 'api' | 'worker';

/** All settings, parsed once at startup. `.env.example` documents each one. */
export abstract class Settings {
  abstract readonly host: string;
  abstract readonly port: number;
  /** Moves `/metrics` and the per-dependency part of `/health/ready` off the public port. */
  abstract readonly adminPort: number | undefined;
  /** Which work this process does. A `worker` serves only health and metrics over HTTP. */
  abstract readonly run: ProcessRole;
  /** Absolute path of the embedded database, generated secrets, dev mailbox and snapshot of pending attempts. */
  abstract readonly dataDir: string;
  /** Unset: uses the embedded PostgreSQL, generated secrets and the dev mailbox. */
  abstract readonly databaseUrl: string | undefined;
  /** Empty: in-process stores. Several: a cluster. */
  abstract readonly redisUrls: readonly string[];
  abstract readonly rabbitmqUrl: EventTransports['rabbitmqUrl'];
  abstract readonly kafka: EventTransports['kafka'];
  abstract readonly s3: EventTransports['s3'];
  /** AMQP 1.0; its path names the queue or topic. */
  abstract readonly servicebusUrl: EventTransports['servicebusUrl'];
  abstract readonly webhook: EventTransports['webhook'];
  abstract readonly analytics: EventTransports['analytics'];
  abstract readonly eventPublishers: EventTransports['eventPublishers'];
  /** Transports from which events are consumed. */
  abstract readonly eventSources: EventTransports['eventSources'];
  /** Whether events contain a customer's data or only the names of the changed fields. */
  abstract readonly eventPersonalData: 'include' | 'omit';
  abstract readonly smtpUrl: string | undefined;
  abstract readonly mailFrom: string;
  abstract readonly mailApiUrl: string | undefined;
  abstract readonly mailApiToken: string | undefined;
  abstract readonly smsApiUrl: string | undefined;
  abstract readonly smsApiToken: string | undefined;
  /** Never taken from a request header. No trailing slash. */
  abstract readonly publicUrl: string;
  abstract readonly tokenAudience: string;
  /** Origins allowed by CORS. */
  abstract readonly corsOrigins: readonly string[];
  /** URL of the page on which customers change their password. */
  abstract readonly changePasswordUrl: string;
  /** Contact URIs for vulnerability reports. */
  abstract readonly securityContacts: readonly string[];
  /** External identity servers whose tokens are accepted. */
  abstract readonly oauthIssuers: readonly OAuthIssuer[];
  /** ISO 3166-1 alpha-2 codes of countries to which SMS may be sent. */
  abstract readonly smsCountries: readonly string[];
  abstract readonly passwordPepper: KeyRing | undefined;
  abstract readonly codeSecret: KeyRing | undefined;
  abstract readonly identifierSecret: KeyRing | undefined;
  /** A private JWK set (RFC 7517) as JSON; the first key signs. */
  abstract readonly jwtKeys: string | undefined;
  abstract readonly bcryptCost: number;
  abstract readonly hashThreads: number;
  abstract readonly codeLength: number;
  abstract readonly codeTtlSeconds: number;
  abstract readonly attemptTtlSeconds: number;
  abstract readonly accessTokenTtlSeconds: number;
  /** A session ends when its refresh token has not been used for this long. */
  abstract readonly refreshTokenTtlSeconds: number;
  abstract readonly registrationDisclosure: 'conceal' | 'reveal';
  /** NIST SP 800-63B-4: 15 code points where the password is the only factor. */
  abstract readonly passwordMinimum: 8 | 15;
  abstract readonly defaultMarket: string;
  /** True when the dev mailbox may be read from other machines. */
  abstract readonly devMailboxIsPublic: boolean;
  /** Proxies whose X-Forwarded-For is trusted: addresses or CIDR ranges. */
  abstract readonly trustProxy: readonly string[];
  /** Sources exempt from per-source limits: addresses or CIDR ranges. */
  abstract readonly trustedSources: readonly string[];
  /** Milliseconds between reporting "not ready" and closing the listener, so that load balancers can react. */
  abstract readonly preStopMs: number;
  /** Days for which a deleted customer can be restored; then they are erased. Null: never erased. */
  abstract readonly deletedCustomersDays: number | null;
  /** Days for which audit log entries are kept. Null: forever. */
  abstract readonly auditDays: number | null;
  abstract readonly limits: Limits;
  abstract readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
}

const COUNTRY = 'a country of ISO 3166-1, two capital letters';
const LEVELS = ['info', 'trace', 'debug', 'warn', 'error', 'fatal', 'silent'] as const;

/** @throws InvalidConfiguration listing every problem */
export function parseSettings(env: Environment): Settings {
  const read = new SettingsReader(env);
  const network = readNetwork(read);
  const services = readServices(read);
  const rules = readPolicySettings(read);
  const settings = { ...network, ...services, ...rules, ...readSecrets(read), limits: readLimits(read) };
  rejectContradictions(read, settings);
  read.throwIfInvalid();
  return settings;
}

function readNetwork(read: SettingsReader) {
  const host = read.text('HOST') ?? '127.0.0.1';
  const port = read.integer('PORT', 3000, 0, 65535);
  const adminPort = read.text('ADMIN_PORT') === undefined ? undefined : read.integer('ADMIN_PORT', 0, 1, 65535);
  if (adminPort === port) read.addProblem('ADMIN_PORT', 'must differ from PORT');
  const typedUrl =
    read.url('PUBLIC_URL', ['http', 'https']) ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const publicUrl = typedUrl.replace(/\/+$/, '');
  return {
    host,
    port,
    adminPort,
    publicUrl,
    tokenAudience: read.text('TOKEN_AUDIENCE') ?? publicUrl,
    corsOrigins: readOrigins(read, 'CORS_ORIGINS'),
    changePasswordUrl: read.url('CHANGE_PASSWORD_URL', ['http', 'https']) ?? `${publicUrl}/docs`,
    securityContacts: readContacts(read, 'SECURITY_CONTACT'),
    oauthIssuers: readOAuthIssuers(read, publicUrl),
    run: read.oneOf<ProcessRole>('RUN', ['all', 'api', 'worker']),
    preStopMs: read.integer('PRE_STOP_MS', read.text('DATABASE_URL') === undefined ? 0 : 5_000, 0, 10_000),
    dataDir: path.resolve(read.text('DATA_DIR') ?? '.data'),
    devMailboxIsPublic: read.matching('DEV_MAILBOX', '', /^public$/, 'public, or unset') === 'public',
    logLevel: read.oneOf('LOG_LEVEL', LEVELS),
    trustProxy: readNetworks(read, 'TRUST_PROXY'),
    trustedSources: readNetworks(read, 'TRUSTED_SOURCES'),
  };
}

function readServices(read: SettingsReader) {
  return {
    databaseUrl: read.url('DATABASE_URL', ['postgres', 'postgresql', 'mysql', 'mariadb', 'mssql']),
    redisUrls: read.urls('REDIS_URL', ['redis', 'rediss']),
    ...readEventTransports(read),
    eventPersonalData: read.oneOf('EVENT_PERSONAL_DATA', ['include', 'omit']),
    smtpUrl: read.url('SMTP_URL', ['smtp', 'smtps']),
    mailFrom: read.matching('MAIL_FROM', 'Foyer <no-reply@localhost>', /^[^\r\n]{3,300}$/, 'an address'),
    mailApiUrl: read.url('MAIL_API_URL', ['http', 'https']),
    mailApiToken: read.text('MAIL_API_TOKEN'),
    smsApiUrl: read.url('SMS_API_URL', ['http', 'https']),
    smsApiToken: read.text('SMS_API_TOKEN'),
  };
}

function readPolicySettings(read: SettingsReader) {
  const defaultMarket = read.text('DEFAULT_MARKET') ?? 'US';
  if (!isCountry(defaultMarket)) read.addProblem('DEFAULT_MARKET', `must be ${COUNTRY}`);
  const countries = read.list('SMS_COUNTRIES');
  if (!countries.every(isCountry)) read.addProblem('SMS_COUNTRIES', 'must list countries of ISO 3166-1');
  return {
    defaultMarket,
    smsCountries: countries.length > 0 ? countries : [defaultMarket],
    bcryptCost: read.integer('BCRYPT_COST', 12, 4, 15),
    hashThreads: read.integer('HASH_THREADS', Math.max(1, availableParallelism() - 1), 1, 64),
    deletedCustomersDays: read.integerOrOff('DELETED_CUSTOMERS_DAYS', 30, 0, 36_500),
    auditDays: read.integerOrOff('AUDIT_DAYS', 365, 7, 36_500),
    codeLength: Number(read.oneOf('CODE_LENGTH', ['4', '8'])),
    codeTtlSeconds: read.integer('CODE_TTL_SECONDS', 60, 1, 600),
    attemptTtlSeconds: read.integer('ATTEMPT_TTL_SECONDS', 1800, 60, 86_400),
    accessTokenTtlSeconds: read.integer('ACCESS_TOKEN_TTL_SECONDS', 900, 1, 900),
    refreshTokenTtlSeconds: read.integer('REFRESH_TOKEN_TTL_SECONDS', 2_592_000, 1, 31_536_000),
    registrationDisclosure: read.oneOf('REGISTRATION_DISCLOSURE', ['conceal', 'reveal']),
    passwordMinimum: read.oneOf('PASSWORD_PROFILE', ['default', 'nist']) === 'nist' ? (15 as const) : (8 as const),
  };
}

function readSecrets(read: SettingsReader) {
  return {
    passwordPepper: readKeyRing(read, 'PASSWORD_PEPPER'),
    codeSecret: readKeyRing(read, 'CODE_SECRET'),
    identifierSecret: readKeyRing(read, 'IDENTIFIER_SECRET'),
    jwtKeys: readJwtKeys(read),
  };
}

function rejectContradictions(read: SettingsReader, settings: Settings): void {
  if (settings.run !== 'all' && settings.redisUrls.length === 0)
    read.addProblem('REDIS_URL', `is needed when RUN=${settings.run}`);
  if (settings.smtpUrl !== undefined && settings.mailApiUrl !== undefined) {
    read.addProblem('MAIL_API_URL', 'and SMTP_URL are both set: set only one of them');
  }
  if (settings.databaseUrl !== undefined) requireSecrets(read);
  if (wouldExposeDevMailbox(read, settings)) {
    read.addProblem(
      'HOST',
      'is not a loopback address, but the dev mailbox would show every code: set SMTP_URL (or MAIL_API_URL) and SMS_API_URL, or DEV_MAILBOX=public if others may read it',
    );
  }
}

/** PUBLIC_URL counts only if set: its default is derived from HOST. */
function wouldExposeDevMailbox(read: SettingsReader, settings: Settings): boolean {
  if (settings.devMailboxIsPublic || isLoopbackHost(settings.host)) return false;
  const typed = read.text('PUBLIC_URL') !== undefined;
  return hasDevMailbox(typed ? settings : { ...settings, publicUrl: 'http://localhost' });
}

function requireSecrets(read: SettingsReader): void {
  for (const name of ['PASSWORD_PEPPER', 'CODE_SECRET', 'IDENTIFIER_SECRET', 'JWT_KEYS']) {
    if (read.text(name) === undefined) read.addProblem(name, 'is required when DATABASE_URL is set');
  }
}

export const usesEmbeddedDatabase = (settings: Settings): boolean => settings.databaseUrl === undefined;
