import type { Operation } from './operation-history.js';

/** What is true in the end, read from the database and heard from the broker. */
export interface FinalState {
  readonly customers: readonly { readonly id: string; readonly email: string; readonly attemptId: string }[];
  readonly events: readonly { readonly id: string; readonly type: string; readonly subject: string }[];
}

/** Returns what is wrong; nothing, if all is well. */
export type Checker = (history: readonly Operation[], facts: FinalState) => string[];

const TRIES_PER_CODE = 3;
const GUESSES_PER_IDENTIFIER = 9;
const MAX_RESPONSE_MS = 11_000;

const groupBy = <T>(items: readonly T[], by: (item: T) => string): [string, T[]][] => {
  const found = new Map<string, T[]>();
  for (const item of items) found.set(by(item), [...(found.get(by(item)) ?? []), item]);
  return [...found];
};
const distinct = (values: readonly (string | undefined)[]): string[] => [
  ...new Set(values.filter((value) => value !== undefined)),
];
const isSuccessful = (op: Operation['op']) => (one: Operation) => one.op === op && one.outcome === 'ok';
const isAttempt = (one: Operation): boolean => isSuccessful('register')(one) || isSuccessful('resend')(one);
/** The event bears the id of its attempt. */
const isStartEventOf = (attemptId?: string) => (event: FinalState['events'][number]) =>
  event.type === 'registration.started.v1' && event.id === attemptId;
const isWrongCode = ({ op, status }: Operation): boolean => op === 'activate' && status === 400;

/** INV-01: one effect per attempt and code, however often it is announced again under the same event id. */
export const checkSingleEffect: Checker = (history, { customers, events }) => {
  const created = events.filter(({ type }) => type === 'customer.created.v1');
  return [
    ...groupBy(customers, ({ attemptId }) => attemptId)
      .filter(([, of]) => of.length > 1)
      .map(([attempt]) => `INV-01 attempt ${attempt} became more than one customer`),
    ...groupBy(created, ({ subject }) => subject)
      .filter(([, of]) => distinct(of.map(({ id }) => id)).length > 1)
      .map(([subject]) => `INV-01 customer ${subject} was created by more than one event`),
    ...customers
      .filter(({ id }) => !created.some(({ subject }) => subject === id))
      .map(({ id }) => `INV-01 customer ${id} was never announced`),
    ...created
      .filter(({ subject }) => !customers.some(({ id }) => id === subject))
      .map(({ subject }) => `INV-01 customer ${subject} was announced and does not exist`),
    ...groupBy(history.filter(isSuccessful('activate')), ({ key, typed }) => `${key} ${typed}`)
      .filter(([, of]) => distinct(of.map(({ password }) => password)).length > 1)
      .map(([code]) => `INV-01 one code let in two passwords: ${code}`),
  ];
};

/** INV-02: wrong codes that were looked at, per code and per identifier. */
export const checkGuessLimits: Checker = (history) => {
  const wrong = history.filter(isWrongCode);
  const short = wrong.filter(({ typed = '' }) => typed.length === 4);
  return [
    ...groupBy(wrong, ({ attemptId, reference }) => `${attemptId} ${reference}`)
      .filter(([, of]) => of.length > TRIES_PER_CODE)
      .map(([code, of]) => `INV-02 ${of.length} wrong codes were looked at for ${code}`),
    ...groupBy(short, ({ key }) => key)
      .filter(([, of]) => of.length > GUESSES_PER_IDENTIFIER)
      .map(([key, of]) => `INV-02 ${of.length} wrong codes were looked at for ${key}`),
  ];
};

/** INV-03: one customer per identifier, one id per identifier for ever. */
export const checkStableIds: Checker = (history, { customers }) => {
  const told = history.filter(({ id, outcome }) => id !== undefined && outcome === 'ok');
  // Before proof it is the id of the registration, with the activation that of the customer.
  const [before, after] = [told.filter(({ op }) => op !== 'activate'), told.filter(isSuccessful('activate'))];
  return [
    ...groupBy(customers, ({ email }) => email)
      .filter(([, of]) => of.length > 1)
      .map(([email]) => `INV-03 ${email} has more than one customer`),
    ...[before, after]
      .flatMap((some) => groupBy(some, ({ key }) => key))
      .filter(([, of]) => distinct(of.map(({ id }) => id)).length > 1)
      .map(([key]) => `INV-03 ${key} was told more than one id`),
    ...groupBy(told, ({ id }) => id ?? '')
      .filter(([, of]) => distinct(of.map(({ key }) => key)).length > 1)
      .map(([id]) => `INV-03 ${id} was told to more than one identifier`),
    ...customers
      .filter(({ id, email }) => after.some((one) => one.key === email && one.id !== id))
      .map(({ email }) => `INV-03 ${email} became another than it was told`),
    ...before
      .filter(({ id }) => customers.some((one) => one.id === id))
      .map(({ key }) => `INV-03 ${key} was told the id of a customer before the activation`),
  ];
};

/** INV-04: who was let in can sign in from then on. */
export const checkActivatedCanSignIn: Checker = (history) =>
  history
    .filter(isSuccessful('activate'))
    .filter(({ key, password, end }) =>
      history.some((later) => {
        const same = later.op === 'login' && later.key === key && later.password === password;
        return same && later.start >= end && later.outcome === 'fail' && later.status !== 429;
      }),
    )
    .map(({ key }) => `INV-04 ${key} was let in and could not sign in afterwards`);

/** INV-16: no 2xx without a committed row; no row that every answer denied. */
export const checkNothingUncommitted: Checker = (history, { customers, events }) => [
  ...history
    .filter(isSuccessful('activate'))
    .filter(({ key, id }) => !customers.some((one) => one.email === key && one.id === id))
    .map(({ key }) => `INV-16 ${key} was let in and is no customer`),
  // The answer does not say whether an attempt beyond the limits was kept: one of those of the identifier was.
  ...groupBy(history.filter(isAttempt), ({ key }) => key)
    .filter(([, of]) => !of.some(({ attemptId }) => events.some(isStartEventOf(attemptId))))
    .map(([key]) => `INV-16 ${key} was told of attempts, none of which has started`),
  ...customers
    .filter(
      ({ email }) => !history.some(({ op, key, outcome }) => op === 'activate' && key === email && outcome !== 'fail'),
    )
    .map(({ email }) => `INV-16 ${email} is a customer, and every answer denied it`),
];

/** A fault is 503 with the time to come again, soon; never a 500, never silence. */
export const checkErrorResponses: Checker = (history) => [
  ...history
    .filter(({ status }) => status >= 500 && status !== 503)
    .map(({ op, key, status }) => `${op} of ${key} answered ${status}`),
  ...history
    .filter(({ status, retryAfter = 0 }) => status === 503 && retryAfter <= 0)
    .map(({ op, key }) => `${op} of ${key} answered 503 without Retry-After`),
  ...history
    .filter(({ start, end }) => end - start > MAX_RESPONSE_MS)
    .map(({ op, key, start, end }) => `${op} of ${key} took ${Math.round(end - start)} ms`),
];

export const CHECKERS: readonly Checker[] = [
  checkSingleEffect,
  checkGuessLimits,
  checkStableIds,
  checkActivatedCanSignIn,
  checkNothingUncommitted,
  checkErrorResponses,
];

export const findInvariantViolations: Checker = (history, facts) => CHECKERS.flatMap((check) => check(history, facts));
