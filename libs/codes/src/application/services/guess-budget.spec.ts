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
  /** Makes wrong guesses one after the other. */
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

  it('raises an alarm at two hundred wrong codes in an hour, and not before', async () => {
    for (let n = 0; n < 199; n++) await wrong(`eve ${n}`);
    expect(alarm.raised).toEqual([]);
    await wrong();
    expect(alarm.raised).toEqual([200]);
    clock.advance(HOUR);
    await wrong();
    expect(alarm.raised).toEqual([200]);
  });

  it('raises an alarm at the configured service-wide limit', async () => {
    given({ wrongCodesPerHour: 2 });
    await wrong();
    await wrong();
    expect(alarm.raised).toEqual([2]);
  });

  it('defers concurrent guesses beyond the budget, because open ones may be refunded [RC-01]', async () => {
    const made = await Promise.all(Array.from({ length: 12 }, () => budget.chargeGuess('mia', 4)));
    expect(made.map(({ may }) => may)).toEqual([...Array(9).fill('compare'), 'later', 'later', 'later']);
    for (const { charge } of made) await budget.refundGuess('mia', charge);
    expect((await budget.chargeGuess('mia', 4)).may).toBe('compare');
  });

  it('rejects further guesses after nine wrong ones, without deferring [INV-02]', async () => {
    await guess(9);
    expect((await budget.chargeGuess('mia', 4)).may).toBe('never');
  });

  it('compares nine guesses a day at a short code, and not the tenth [INV-02]', async () => {
    expect(await guess(9)).toEqual(compared(9));
    expect(await guess(1)).toEqual(['never']);
    expect(await guess(1, 8), 'a long code may still be tried: the owner gets in').toEqual(['compare']);
  });

  it('lengthens the next code after nine guesses until the window has passed', async () => {
    await guess(8);
    expect(await budget.codeLengthFor('mia')).toBe(4);
    await guess(1);
    expect(await budget.codeLengthFor('mia')).toBe(8);
    expect(await budget.codeLengthFor('joe')).toBe(4);
    clock.advance(DAY + HOUR);
    expect(await budget.codeLengthFor('mia')).toBe(4);
  });

  it('lengthens the next code after eighteen guesses in a week, nine a day', async () => {
    await guess(9);
    clock.advance(DAY + HOUR);
    await guess(9);
    clock.advance(DAY + HOUR);
    expect(await budget.codeLengthFor('mia')).toBe(8);
    expect(await guess(1)).toEqual(['never']);
    clock.advance(6 * DAY);
    expect(await budget.codeLengthFor('mia')).toBe(4);
  });

  it('compares nine of fifty concurrent guesses, however many are refunded [INV-02]', async () => {
    const charged = await Promise.all(Array.from({ length: 50 }, () => budget.chargeGuess('mia', 4)));
    expect(charged.filter(({ may }) => may === 'compare')).toHaveLength(9);
  });

  it('does not count refunded guesses', async () => {
    for (let n = 0; n < 30; n++) {
      const { charge, may } = await budget.chargeGuess('mia', 4);
      expect(may).toBe('compare');
      await budget.refundGuess('mia', charge);
    }
    expect(await budget.codeLengthFor('mia')).toBe(4);
  });

  it('only counts guesses when limits are off', async () => {
    given({ guessesPerDay: null, guessesPerWeek: null });
    expect(await guess(30)).toEqual(compared(30));
    expect(await budget.codeLengthFor('mia')).toBe(4);
  });

  it('lengthens all codes for an hour when the service-wide limit is reached', async () => {
    given({ wrongCodesPerHour: 2 });
    await wrong();
    expect(await budget.codeLengthFor('mia')).toBe(4);
    await wrong();
    expect([await budget.codeLengthFor('mia'), await budget.codeLengthFor('joe')]).toEqual([8, 8]);
    clock.advance(HOUR);
    expect(await budget.codeLengthFor('mia')).toBe(4);
  });

  it('ignores wrong codes of other identifiers without a service-wide limit', async () => {
    for (let n = 0; n < 500; n++) await wrong();
    expect(await budget.codeLengthFor('mia')).toBe(4);
  });

  it('does not shorten codes that are long by setting', async () => {
    given({ length: 8 });
    await guess(20, 8);
    expect(await budget.codeLengthFor('mia')).toBe(8);
  });
});
