import type { SettingsReader } from './settings-reader.js';

/** One business limit (OWASP ASVS 2.1.3, 6.1.1). The table in the documentation is generated from this list. */
export interface LimitRule {
  readonly setting: string;
  readonly default: number | null;
  /** Window in seconds; absent for a limit on concurrent use. */
  readonly windowSeconds?: number;
  readonly counts: string;
  readonly excess: string;
  /** Where the count is stored. */
  readonly kept: 'code store' | 'database';
  /** The limit cannot be switched off. */
  readonly always?: true;
}

const HOUR = 3600;
const DAY = 24 * HOUR;

export const LIMITS = {
  triesPerCode: {
    setting: 'LIMIT_TRIES_PER_CODE',
    default: 3,
    counts: 'wrong tries of one code',
    excess: 'the code dies: 410',
    kept: 'code store',
    always: true,
  },
  guessesPerDay: {
    setting: 'LIMIT_GUESSES_PER_DAY',
    default: 9,
    windowSeconds: DAY,
    counts: 'guesses at codes of one identifier',
    excess: 'its short codes die, new ones have 8 digits',
    kept: 'database',
  },
  guessesPerWeek: {
    setting: 'LIMIT_GUESSES_PER_WEEK',
    default: 18,
    windowSeconds: 7 * DAY,
    counts: 'guesses at codes of one identifier',
    excess: 'its short codes die, new ones have 8 digits',
    kept: 'database',
  },
  wrongCodesPerHour: {
    setting: 'LIMIT_WRONG_CODES_PER_HOUR',
    default: null,
    windowSeconds: HOUR,
    counts: 'wrong codes of everybody',
    excess: 'new codes of everybody have 8 digits',
    kept: 'code store',
  },
  wrongCodesPerSource: {
    setting: 'LIMIT_WRONG_CODES_PER_SOURCE',
    default: 20,
    windowSeconds: DAY,
    counts: 'wrong codes from one source',
    excess: '429',
    kept: 'code store',
  },
  wrongPasswordsPerSource: {
    setting: 'LIMIT_WRONG_PASSWORDS_PER_SOURCE',
    default: 100,
    windowSeconds: HOUR,
    counts: 'calls from one source with Basic credentials of no live attempt',
    excess: '429',
    kept: 'code store',
  },
  registrationsPerSource: {
    setting: 'LIMIT_REGISTRATIONS_PER_SOURCE',
    default: 30,
    windowSeconds: HOUR,
    counts: 'registrations from one source',
    excess: '429',
    kept: 'code store',
  },
  loginsPerSource: {
    setting: 'LIMIT_LOGINS_PER_SOURCE',
    default: 120,
    windowSeconds: 60,
    counts: 'sign-ins, resets, changes of passwords and identifiers, and passwords given again, tried from one source',
    excess: '429',
    kept: 'code store',
  },
  wrongLoginsPerSource: {
    setting: 'LIMIT_WRONG_LOGINS_PER_SOURCE',
    default: 300,
    windowSeconds: DAY,
    counts: 'failed sign-ins from one source, at all names together',
    excess: '429, but from known devices',
    kept: 'code store',
  },
  sendsPerSourceMinute: {
    setting: 'LIMIT_SENDS_PER_SOURCE_MINUTE',
    default: 3,
    windowSeconds: 60,
    counts: 'messages to one identifier asked for by one source',
    excess: 'register answers 201 and sends nothing; resend: 429',
    kept: 'code store',
  },
  sendsPerSourceDay: {
    setting: 'LIMIT_SENDS_PER_SOURCE_DAY',
    default: 5,
    windowSeconds: DAY,
    counts: 'messages to one identifier asked for by one source',
    excess: 'register answers 201 and sends nothing; resend: 429',
    kept: 'code store',
  },
  sendsPerIdentifier: {
    setting: 'LIMIT_SENDS_PER_IDENTIFIER',
    default: 30,
    windowSeconds: DAY,
    counts: 'messages to one identifier, given out by the hour',
    excess: 'the answer is the same and nothing is sent',
    kept: 'code store',
  },
  identifierChanges: {
    setting: 'LIMIT_IDENTIFIER_CHANGES',
    default: 10,
    windowSeconds: DAY,
    counts: 'changes of an identifier that one customer asks for',
    excess: '429',
    kept: 'code store',
  },
  ownWrites: {
    setting: 'LIMIT_OWN_WRITES',
    default: 60,
    windowSeconds: HOUR,
    counts: 'changes that one customer makes to their own record',
    excess: '429',
    kept: 'code store',
  },
  exportsPerCustomer: {
    setting: 'LIMIT_EXPORTS_PER_CUSTOMER',
    default: 10,
    windowSeconds: DAY,
    counts: 'exports that one customer asks for',
    excess: '429',
    kept: 'code store',
  },
  attemptsPerSource: {
    setting: 'LIMIT_ATTEMPTS_PER_SOURCE',
    default: 3,
    counts: 'live attempts of one identifier from one source',
    excess: 'the answer is the same and nothing is kept',
    kept: 'code store',
    always: true,
  },
  attemptsPerIdentifier: {
    setting: 'LIMIT_ATTEMPTS_PER_IDENTIFIER',
    default: 12,
    counts: 'live attempts of one identifier',
    excess: 'the answer is the same and nothing is kept',
    kept: 'code store',
    always: true,
  },
  liveAttempts: {
    setting: 'LIMIT_LIVE_ATTEMPTS',
    default: 500_000,
    counts: 'live attempts of everybody, about 1 KiB each',
    excess: '503',
    kept: 'code store',
  },
  smsPerDay: {
    setting: 'LIMIT_SMS_PER_DAY',
    default: 1_000,
    windowSeconds: DAY,
    counts: 'SMS to everybody, given out by the hour',
    excess: '503 for phone numbers, from four fifths on; of a reset none is sent',
    kept: 'code store',
  },
  smsPerSource: {
    setting: 'LIMIT_SMS_PER_SOURCE',
    default: 50,
    windowSeconds: DAY,
    counts: 'SMS that one source asked for, given out by the hour',
    excess: '429 for phone numbers; of a reset none is sent',
    kept: 'code store',
  },
  messageBacklogSeconds: {
    setting: 'LIMIT_MESSAGE_BACKLOG_SECONDS',
    default: 5,
    counts: 'seconds that a message put now would wait, by the age of the oldest and by how fast they go',
    excess: '503',
    kept: 'code store',
  },
} as const satisfies Record<string, LimitRule>;

export type LimitName = keyof typeof LIMITS;

/** Null: switched off. */
export type Limits = Readonly<Record<LimitName, number | null>>;

/** `off` switches a limit off. */
export function readLimits(read: SettingsReader): Limits {
  const rules: [string, LimitRule][] = Object.entries(LIMITS);
  const settingNames = rules.map(([, { setting }]) => setting);
  for (const name of read.namesWithPrefix('LIMIT_'))
    if (!settingNames.includes(name)) read.addProblem(name, 'is not a known limit: see .env.example');
  return Object.fromEntries(rules.map(([name, rule]) => [name, readLimit(read, rule)])) as unknown as Limits;
}

function readLimit(read: SettingsReader, rule: LimitRule): number | null {
  const typed = read.text(rule.setting);
  if (typed === undefined) return rule.default;
  if (typed !== 'off') return read.integer(rule.setting, 1, 1, 1_000_000_000);
  if (rule.always) read.addProblem(rule.setting, 'cannot be switched off');
  return null;
}
