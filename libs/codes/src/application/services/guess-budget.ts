import type { Counters } from '#kernel';
import type { CodePurpose, GuessCharge } from '../../facade.js';
import type { CodeSettings, GuessAlarm, GuessLedger } from '../ports.js';

const LONG_CODE_DIGITS = 8;
const HOUR_MS = 3_600_000;
const ALL_WRONG_CODES_KEY = '{codes}:wrong';
/** Each purpose has its own counter: guesses at reset codes never lengthen registration codes. */
const wrongCodesKeyOf = (purpose: CodePurpose): string =>
  purpose === 'registration' ? ALL_WRONG_CODES_KEY : `${ALL_WRONG_CODES_KEY}:${purpose}`;
/** Typing errors stay well below this; two hundred wrong codes an hour indicate an attack. */
const DEFAULT_ALARM_THRESHOLD = 200;

type GuessDecision = 'compare' | 'later' | 'never';

/**
 * Limits guessing without lockout. Guesses are counted per identifier, across attempts, sources and replicas. After too many
 * guesses the codes of the identifier get longer; the sign-up steps of its owner stay the same.
 */
export class GuessBudget {
  constructor(
    private readonly ledger: GuessLedger,
    private readonly counters: Counters,
    private readonly settings: CodeSettings,
    private readonly alarm: GuessAlarm,
  ) {}

  /** Number of digits of a new code. */
  async codeLengthFor(identifierHash: string): Promise<number> {
    const { day, week } = await this.ledger.countGuesses(identifierHash);
    const spent = reached(day, this.settings.guessesPerDay) || reached(week, this.settings.guessesPerWeek);
    return spent || (await this.#isServiceLimitReached())
      ? Math.max(LONG_CODE_DIGITS, this.settings.length)
      : this.settings.length;
  }

  /**
   * Charges the guess before any comparison, so that concurrent guesses cannot exceed the count. `later` means that open guesses
   * fill the budget and may still be refunded.
   */
  async chargeGuess(
    identifierHash: string,
    typedLength: number,
  ): Promise<{ readonly charge: GuessCharge; readonly may: GuessDecision }> {
    const { charge, day, week, wrong } = await this.ledger.chargeGuess(identifierHash);
    const { guessesPerDay, guessesPerWeek } = this.settings;
    if (typedLength >= LONG_CODE_DIGITS || !(exceeded(day, guessesPerDay) || exceeded(week, guessesPerWeek)))
      return { charge, may: 'compare' };
    return {
      charge,
      may: reached(wrong.day, guessesPerDay) || reached(wrong.week, guessesPerWeek) ? 'never' : 'later',
    };
  }

  /** Keeps the guess counted, for its identifier and on the service-wide counter of its purpose. */
  async recordWrongGuess(
    identifierHash: string,
    charge: GuessCharge,
    purpose: CodePurpose = 'registration',
  ): Promise<void> {
    await this.ledger.recordWrongGuess(identifierHash, charge);
    await this.counters.reserve(wrongCodesKeyOf(purpose), [{ max: null, windowMs: HOUR_MS }]);
    const wrong = await this.counters.count(wrongCodesKeyOf(purpose), HOUR_MS);
    if (wrong >= (this.settings.wrongCodesPerHour ?? DEFAULT_ALARM_THRESHOLD)) this.alarm.raiseAlarm(wrong);
  }

  refundGuess(identifierHash: string, charge: GuessCharge): Promise<void> {
    return this.ledger.refundGuess(identifierHash, charge);
  }

  async #isServiceLimitReached(): Promise<boolean> {
    const limit = this.settings.wrongCodesPerHour;
    return limit !== null && (await this.counters.count(ALL_WRONG_CODES_KEY, HOUR_MS)) >= limit;
  }
}

const reached = (count: number, limit: number | null): boolean => limit !== null && count >= limit;
const exceeded = (count: number, limit: number | null): boolean => limit !== null && count > limit;
