import { beforeEach, describe, expect, it } from 'vitest';
import { FixedClock, InMemoryCounters } from '#kernel/testing';
import { InMemoryGuessLedger } from '../../testing/in-memory-guess-ledger.js';
import { RecordingGuessAlarm } from '../../testing/recording-guess-alarm.js';
import type { CodeSettings } from '../ports.js';
import { GuessBudget } from './guess-budget.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const RULES: CodeSettings = {
  length: 4,
  lifeMs: { registration: 60_000, password_reset: 600_000, identifier_change: 600_000 },
  maxTries: 3,
  guessesPerDay: 9,
  guessesPerWeek: 18,
  wrongCodesPerHour: null,
};

describe('GuessBudget', () => {
  let clock: FixedClock;
  let budget: GuessBudget;
  let alarm: RecordingGuessAlarm;

  const given = (rules: Partial<CodeSettings>) => {
    clock = new FixedClock();
    alarm = new RecordingGuessAlarm();
    const counters = new InMemoryCounters(clock);
    budget = new GuessBudget(new InMemoryGuessLedger(clock), counters, { ...RULES, ...rules }, alarm);
  };
  /** Wrong guesses, one after the other. */
  const guess = async (times: number, typedLength = 4) => {
    const outcomes: string[] = [];
    for (let n = 0; n < times; n++) {
      const { charge, may } = await budget.chargeGuess('mia', typedLength);
      outcomes.push(may);
      await (may === 'compare' ? budget.recordWrongGuess('mia', charge) : budget.refundGuess('mia', charge));
    }
    return outcomes;
  };
  const wrong = async (whose = 'eve') => budget.recordWrongGuess(whose, (await budget.chargeGuess(whose, 8)).charge);
  const compared = (times: number) => Array(times).fill('compare');

  beforeEach(() => given({}));

  it('given two hundred wrong codes of everybody in an hour, then an alarm, and not before', async () => {
    for (let n = 0; n < 199; n++) await wrong(`eve ${n}`);
    expect(alarm.raised).toEqual([]);
    await wrong();
    expect(alarm.raised).toEqual([200]);
    clock.advance(HOUR);
    await wrong();
    expect(alarm.raised).toEqual([200]);
  });

  it('given a limit of its own for wrong codes of everybody, then an alarm there', async () => {
    given({ wrongCodesPerHour: 2 });
    await wrong();
    await wrong();
    expect(alarm.raised).toEqual([2]);
  });

  it('RC-01 given many at once, then those beyond the budget wait: the others may turn out to be none', async () => {
    const made = await Promise.all(Array.from({ length: 12 }, () => budget.chargeGuess('mia', 4)));
    expect(made.map(({ may }) => may)).toEqual([...Array(9).fill('compare'), 'later', 'later', 'later']);
    for (const { charge } of made) await budget.refundGuess('mia', charge);
    expect((await budget.chargeGuess('mia', 4)).may).toBe('compare');
  });

  it('INV-02 given nine that were wrong, then no other waits', async () => {
    await guess(9);
    expect((await budget.chargeGuess('mia', 4)).may).toBe('never');
  });

  it('INV-02 given nine guesses in a day, then each is compared, and the tenth at a short code is not', async () => {
    expect(await guess(9)).toEqual(compared(9));
    expect(await guess(1)).toEqual(['never']);
    expect(await guess(1, 8), 'a long code may still be tried: the owner gets in').toEqual(['compare']);
  });

  it('given nine guesses, then the next code is long, until the window has moved on', async () => {
    await guess(8);
    expect(await budget.codeLengthFor('mia')).toBe(4);
    await guess(1);
    expect(await budget.codeLengthFor('mia')).toBe(8);
    expect(await budget.codeLengthFor('joe')).toBe(4);
    clock.advance(DAY + HOUR);
    expect(await budget.codeLengthFor('mia')).toBe(4);
  });

  it('given eighteen guesses in a week, nine a day, then the next code is long', async () => {
    await guess(9);
    clock.advance(DAY + HOUR);
    await guess(9);
    clock.advance(DAY + HOUR);
    expect(await budget.codeLengthFor('mia')).toBe(8);
    expect(await guess(1)).toEqual(['never']);
    clock.advance(6 * DAY);
    expect(await budget.codeLengthFor('mia')).toBe(4);
  });

  it('INV-02 given fifty at once, then nine are compared, however many turn out to be none', async () => {
    const charged = await Promise.all(Array.from({ length: 50 }, () => budget.chargeGuess('mia', 4)));
    expect(charged.filter(({ may }) => may === 'compare')).toHaveLength(9);
  });

  it('given guesses that are given back, then they do not count', async () => {
    for (let n = 0; n < 30; n++) {
      const { charge, may } = await budget.chargeGuess('mia', 4);
      expect(may).toBe('compare');
      await budget.refundGuess('mia', charge);
    }
    expect(await budget.codeLengthFor('mia')).toBe(4);
  });

  it('given limits that are off, then guesses are only counted', async () => {
    given({ guessesPerDay: null, guessesPerWeek: null });
    expect(await guess(30)).toEqual(compared(30));
    expect(await budget.codeLengthFor('mia')).toBe(4);
  });

  it('given a service-wide limit, then codes of everybody are long for an hour', async () => {
    given({ wrongCodesPerHour: 2 });
    await wrong();
    expect(await budget.codeLengthFor('mia')).toBe(4);
    await wrong();
    expect([await budget.codeLengthFor('mia'), await budget.codeLengthFor('joe')]).toEqual([8, 8]);
    clock.advance(HOUR);
    expect(await budget.codeLengthFor('mia')).toBe(4);
  });

  it('given none, then wrong codes of others change nothing', async () => {
    for (let n = 0; n < 500; n++) await wrong();
    expect(await budget.codeLengthFor('mia')).toBe(4);
  });

  it('given codes that are long by setting, then they do not get shorter', async () => {
    given({ length: 8 });
    await guess(20, 8);
    expect(await budget.codeLengthFor('mia')).toBe(8);
  });
});
