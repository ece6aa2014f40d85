import { describe, expect, it } from 'vitest';
import { type Checker, type FinalState, findInvariantViolations } from './invariant-checkers.js';
import { classifyStatus, type Operation } from './operation-history.js';

const ADA = { key: 'ada@example.org', password: 'p1', attemptId: 'at-a', reference: 'K7' };
const op = (what: Operation['op'], start: number, status: number, more: Partial<Operation> = {}): Operation => ({
  ...ADA,
  proc: 'one',
  op: what,
  start,
  end: start + 10,
  status,
  outcome: classifyStatus(status),
  ...(status === 503 ? { retryAfter: 2 } : {}),
  ...(what === 'activate' ? { id: 'id-a', typed: '0420' } : { id: 'reg-a' }),
  ...more,
});
const created = (id = 'e1', subject = 'id-a') => ({ id, type: 'customer.created.v1', subject });
const started = { id: 'at-a', type: 'registration.started.v1', subject: 'id-a' };
const FACTS: FinalState = {
  customers: [{ id: 'id-a', email: 'ada@example.org', attemptId: 'at-a' }],
  events: [started, created(), created()],
};
const GOOD = [
  op('register', 0, 201),
  op('activate', 20, 400),
  op('activate', 40, 503),
  op('activate', 60, 200),
  op('login', 80, 200),
  op('login', 100, 503),
];
const wrong = (count: number, more: (n: number) => Partial<Operation> = () => ({})): Operation[] =>
  Array.from({ length: count }, (_, n) => op('activate', 20 + n, 400, more(n)));

const faults = (history: readonly Operation[], facts: Partial<FinalState> = {}): ReturnType<Checker> =>
  findInvariantViolations(history, { ...FACTS, ...facts });

describe('the checkers', () => {
  it('given a good history, then nothing is wrong', () => {
    expect(faults(GOOD)).toEqual([]);
    expect(faults([])).toEqual(['INV-16 ada@example.org is a customer, and every answer denied it']);
  });

  it.each([
    {
      what: 'two customers of one attempt',
      facts: {
        customers: [...FACTS.customers, { id: 'id-b', email: 'b@x', attemptId: 'at-a' }],
        events: [started, created(), created('e2', 'id-b')],
      },
    },
    { what: 'a customer announced by two events', facts: { events: [started, created('e1'), created('e2')] } },
    { what: 'a customer announced by none', facts: { events: [started] } },
    { what: 'an event without its customer', facts: { events: [started, created(), created('e3', 'id-z')] } },
    { what: 'one code for two passwords', history: [...GOOD, op('activate', 90, 200, { password: 'p2' })] },
  ])('INV-01 given $what, then it is told', ({ history = GOOD, facts = {} }) => {
    expect(faults(history, facts)).toContainEqual(expect.stringContaining('INV-01'));
  });

  it('INV-02 given a fourth guess at one code, then it is told, and not for four codes', () => {
    expect(faults([...GOOD, ...wrong(2)])).toEqual([]);
    expect(faults([...GOOD, ...wrong(3)])).toEqual(['INV-02 4 wrong codes were looked at for at-a K7']);
    expect(faults([...GOOD, ...wrong(4, (n) => ({ reference: `R${n}` }))])).toEqual([]);
  });

  it('INV-02 given a tenth guess at short codes of one identifier, then it is told', () => {
    const many = wrong(10, (n) => ({ attemptId: `at-${n}` }));
    expect(faults([...GOOD, ...many])).toContain('INV-02 11 wrong codes were looked at for ada@example.org');
    const long = wrong(10, (n) => ({ attemptId: `at-${n}`, typed: '04200420' }));
    expect(faults([...GOOD, ...long])).toEqual([]);
  });

  it.each([
    {
      what: 'two customers of one address',
      facts: {
        customers: [...FACTS.customers, { id: 'id-b', email: 'ada@example.org', attemptId: 'at-b' }],
        events: [started, created(), created('e2', 'id-b')],
      },
    },
    { what: 'two ids for one address', history: [...GOOD, op('register', 90, 201, { id: 'reg-b' })] },
    { what: 'another customer for one address', history: [...GOOD, op('activate', 90, 200, { id: 'id-b' })] },
    { what: 'the id of a customer before proof', history: [op('register', 0, 201, { id: 'id-a' }), ...GOOD.slice(1)] },
    { what: 'one id for two addresses', history: [...GOOD, op('register', 90, 201, { key: 'bob@example.org' })] },
  ])('INV-03 given $what, then it is told', ({ history = GOOD, facts = {} }) => {
    expect(faults(history, facts)).toContainEqual(expect.stringContaining('INV-03'));
  });

  it('INV-04 given a login that fails after the 200, then it is told; one before it, or one that waits, is none', () => {
    expect(faults([...GOOD, op('login', 120, 401)])).toEqual([
      'INV-04 ada@example.org was let in and could not sign in afterwards',
    ]);
    expect(faults([op('login', 1, 401), ...GOOD, op('login', 120, 429)])).toEqual([]);
    expect(faults([...GOOD, op('login', 120, 401, { password: 'p2' })])).toEqual([]);
  });

  it.each([
    { what: 'a 200 without a customer', facts: { customers: [], events: [started] } },
    { what: 'a 200 with the id of nobody', history: [...GOOD, op('activate', 90, 200, { id: 'id-z' })] },
    { what: 'a 201 of an attempt that never started', facts: { events: [created()] } },
    { what: 'a customer that every answer denied', history: [op('register', 0, 201), op('activate', 20, 410)] },
  ])('INV-16 given $what, then it is told', ({ history = GOOD, facts = {} }) => {
    expect(faults(history, facts)).toContainEqual(expect.stringContaining('INV-16'));
  });

  it.each([
    { what: 'a 500', bad: op('register', 200, 500) },
    { what: 'a 503 that does not say when', bad: op('register', 200, 503, { retryAfter: 0 }) },
    { what: 'a call of twelve seconds', bad: op('register', 200, 503, { end: 12_200 }) },
  ])('given $what, then it is told', ({ bad }) => {
    expect(faults([...GOOD, bad])).toHaveLength(1);
  });
});
