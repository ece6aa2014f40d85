import type { Counters } from '#kernel';
import type { GuessCharge } from '../facade.js';
import type { CodeRules, GuessLedger } from './ports.js';

const LONG = 8;
const HOUR_MS = 3_600_000;
const EVERYBODY = '{codes}:wrong';

/**
 * Guessing is hopeless, and nobody is locked out. Guesses are counted per identifier, whatever attempt, source or replica
 * they come through; when too many were made its codes become longer, never its owner's way longer.
 */
export class GuessBudget {
  constructor(
    private readonly ledger: GuessLedger,
    private readonly counters: Counters,
    private readonly rules: CodeRules,
  ) {}

  /** Digits of a new code. */
  async length(identifierHash: string): Promise<number> {
    const { day, week } = await this.ledger.spent(identifierHash);
    const spent = reached(day, this.rules.guessesPerDay) || reached(week, this.rules.guessesPerWeek);
    return spent || (await this.#everybodyGuesses()) ? Math.max(LONG, this.rules.length) : this.rules.length;
  }

  /** Charged before anything is compared. False when a code of this length must not be compared any more. */
  async charge(
    identifierHash: string,
    typedLength: number,
  ): Promise<{ readonly charge: GuessCharge; readonly mayCompare: boolean }> {
    const charge = await this.ledger.charge(identifierHash);
    const { day, week } = await this.ledger.spent(identifierHash);
    const over = exceeded(day, this.rules.guessesPerDay) || exceeded(week, this.rules.guessesPerWeek);
    return { charge, mayCompare: typedLength >= LONG || !over };
  }

  giveBack(identifierHash: string, charge: GuessCharge): Promise<void> {
    return this.ledger.giveBack(identifierHash, charge);
  }

  /** The service-wide meter. */
  async wrong(): Promise<void> {
    await this.counters.take(EVERYBODY, [{ most: null, windowMs: HOUR_MS }]);
  }

  async #everybodyGuesses(): Promise<boolean> {
    const most = this.rules.wrongCodesPerHour;
    return most !== null && (await this.counters.count(EVERYBODY, HOUR_MS)) >= most;
  }
}

const reached = (count: number, most: number | null): boolean => most !== null && count >= most;
const exceeded = (count: number, most: number | null): boolean => most !== null && count > most;
