import type { Counters } from '#kernel';
import type { CodePurpose, GuessCharge } from '../../facade.js';
import type { CodeSettings, GuessAlarm, GuessLedger } from '../ports.js';

const LONG_CODE_DIGITS = 8;
const HOUR_MS = 3_600_000;
const ALL_WRONG_CODES_KEY = '{codes}:wrong';
/** Each purpose has a meter of its own: guesses at reset codes make no registration code longer. */
const wrongCodesKeyOf = (purpose: CodePurpose): string =>
  purpose === 'registration' ? ALL_WRONG_CODES_KEY : `${ALL_WRONG_CODES_KEY}:${purpose}`;
/** Honest people mistype now and then; two hundred times an hour is somebody at work. */
const DEFAULT_ALARM_THRESHOLD = 200;

type GuessDecision = 'compare' | 'later' | 'never';

/**
 * Guessing is hopeless, and nobody is locked out. Guesses are counted per identifier, whatever attempt, source or replica
 * they come through; when too many were made its codes become longer, never its owner's way longer.
 */
export class GuessBudget {
  constructor(
    private readonly ledger: GuessLedger,
    private readonly counters: Counters,
    private readonly settings: CodeSettings,
    private readonly alarm: GuessAlarm,
  ) {}

  /** Digits of a new code. */
  async codeLengthFor(identifierHash: string): Promise<number> {
    const { day, week } = await this.ledger.countGuesses(identifierHash);
    const spent = reached(day, this.settings.guessesPerDay) || reached(week, this.settings.guessesPerWeek);
    return spent || (await this.#isServiceLimitReached())
      ? Math.max(LONG_CODE_DIGITS, this.settings.length)
      : this.settings.length;
  }

  /**
   * Charged before anything is compared, so that guesses side by side cannot outrun the count. `later`: others are being made
   * at this moment, and may turn out to be none.
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

  /** It was wrong: it stays counted, for its identifier and on the service-wide meter of its purpose. */
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
    const most = this.settings.wrongCodesPerHour;
    return most !== null && (await this.counters.count(ALL_WRONG_CODES_KEY, HOUR_MS)) >= most;
  }
}

const reached = (count: number, most: number | null): boolean => most !== null && count >= most;
const exceeded = (count: number, most: number | null): boolean => most !== null && count > most;
