import type { Counters } from '#kernel';
import type { CodePurpose, GuessCharge } from '../facade.js';
import type { CodeRules, GuessAlarm, GuessLedger } from './ports.js';

const LONG = 8;
const HOUR_MS = 3_600_000;
const EVERYBODY = '{codes}:wrong';
/** Each purpose has a meter of its own: guesses at reset codes make no registration code longer. */
const meterOf = (purpose: CodePurpose): string => (purpose === 'registration' ? EVERYBODY : `${EVERYBODY}:${purpose}`);
/** Honest people mistype now and then; two hundred times an hour is somebody at work. */
const ALARM_FROM = 200;

type May = 'compare' | 'later' | 'never';

/**
 * Guessing is hopeless, and nobody is locked out. Guesses are counted per identifier, whatever attempt, source or replica
 * they come through; when too many were made its codes become longer, never its owner's way longer.
 */
export class GuessBudget {
  constructor(
    private readonly ledger: GuessLedger,
    private readonly counters: Counters,
    private readonly rules: CodeRules,
    private readonly alarm: GuessAlarm,
  ) {}

  /** Digits of a new code. */
  async length(identifierHash: string): Promise<number> {
    const { day, week } = await this.ledger.spent(identifierHash);
    const spent = reached(day, this.rules.guessesPerDay) || reached(week, this.rules.guessesPerWeek);
    return spent || (await this.#everybodyGuesses()) ? Math.max(LONG, this.rules.length) : this.rules.length;
  }

  /**
   * Charged before anything is compared, so that guesses side by side cannot outrun the count. `later`: others are being made
   * at this moment, and may turn out to be none.
   */
  async charge(
    identifierHash: string,
    typedLength: number,
  ): Promise<{ readonly charge: GuessCharge; readonly may: May }> {
    const { charge, day, week, wrong } = await this.ledger.charge(identifierHash);
    const { guessesPerDay, guessesPerWeek } = this.rules;
    if (typedLength >= LONG || !(exceeded(day, guessesPerDay) || exceeded(week, guessesPerWeek)))
      return { charge, may: 'compare' };
    return {
      charge,
      may: reached(wrong.day, guessesPerDay) || reached(wrong.week, guessesPerWeek) ? 'never' : 'later',
    };
  }

  /** It was wrong: it stays counted, for its identifier and on the service-wide meter of its purpose. */
  async settle(identifierHash: string, charge: GuessCharge, purpose: CodePurpose = 'registration'): Promise<void> {
    await this.ledger.settle(identifierHash, charge);
    await this.counters.take(meterOf(purpose), [{ most: null, windowMs: HOUR_MS }]);
    const wrong = await this.counters.count(meterOf(purpose), HOUR_MS);
    if (wrong >= (this.rules.wrongCodesPerHour ?? ALARM_FROM)) this.alarm.raise(wrong);
  }

  giveBack(identifierHash: string, charge: GuessCharge): Promise<void> {
    return this.ledger.giveBack(identifierHash, charge);
  }

  async #everybodyGuesses(): Promise<boolean> {
    const most = this.rules.wrongCodesPerHour;
    return most !== null && (await this.counters.count(EVERYBODY, HOUR_MS)) >= most;
  }
}

const reached = (count: number, most: number | null): boolean => most !== null && count >= most;
const exceeded = (count: number, most: number | null): boolean => most !== null && count > most;
