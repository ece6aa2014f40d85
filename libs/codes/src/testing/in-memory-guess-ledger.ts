import type { Clock } from '#kernel';
import { type ChargedGuess, type GuessCounts, GuessLedger } from '../application/ports.js';
import type { GuessCharge } from '../facade.js';

const HOUR_MS = 3_600_000;

interface Guess {
  readonly identifierHash: string;
  readonly hour: number;
  wrong: boolean;
}

/** Passes the contract of `GuessLedger`, without a transaction to join. */
export class InMemoryGuessLedger extends GuessLedger {
  #guesses: Guess[] = [];

  constructor(private readonly clock: Clock) {
    super();
  }

  /** Ledger keys of all guesses that were charged and not refunded. */
  get charged(): readonly string[] {
    return this.#guesses.map(({ identifierHash }) => identifierHash);
  }

  override async chargeGuess(identifierHash: string): Promise<ChargedGuess> {
    const { hour } = this;
    this.#guesses.push({ identifierHash, hour, wrong: false });
    return { charge: { hour }, wrong: this.#count(identifierHash, true), ...this.#count(identifierHash, false) };
  }

  override async recordWrongGuess(identifierHash: string, charge: GuessCharge): Promise<void> {
    const guess = this.#open(identifierHash, charge);
    if (guess) guess.wrong = true;
  }

  override async refundGuess(identifierHash: string, charge: GuessCharge): Promise<void> {
    const guess = this.#open(identifierHash, charge);
    this.#guesses = this.#guesses.filter((other) => other !== guess);
  }

  override async countGuesses(identifierHash: string): Promise<GuessCounts> {
    return this.#count(identifierHash, false);
  }

  override async deleteGuesses(identifierHashes: readonly string[]): Promise<void> {
    this.#guesses = this.#guesses.filter(({ identifierHash }) => !identifierHashes.includes(identifierHash));
  }

  private get hour(): number {
    return Math.floor(this.clock.now().getTime() / HOUR_MS);
  }

  #open(identifierHash: string, { hour }: GuessCharge): Guess | undefined {
    return this.#guesses.find(
      (guess) => guess.identifierHash === identifierHash && guess.hour === hour && !guess.wrong,
    );
  }

  #count(identifierHash: string, wrongOnly: boolean): GuessCounts {
    const matching = this.#guesses.filter(
      (guess) => guess.identifierHash === identifierHash && (guess.wrong || !wrongOnly),
    );
    const since = (hours: number) => matching.filter(({ hour }) => hour >= this.hour - hours).length;
    return { day: since(24), week: since(7 * 24) };
  }
}
