import type { Clock } from '#kernel';
import { GuessLedger } from '../application/ports.js';
import type { GuessCharge } from '../facade.js';

const HOUR_MS = 3_600_000;

/** Passes the contract of `GuessLedger`, without a transaction to join. */
export class InMemoryGuessLedger extends GuessLedger {
  readonly #guesses: { readonly identifierHash: string; readonly hour: number }[] = [];

  constructor(private readonly clock: Clock) {
    super();
  }

  override async charge(identifierHash: string): Promise<GuessCharge> {
    const { hour } = this;
    this.#guesses.push({ identifierHash, hour });
    return { hour };
  }

  override async giveBack(identifierHash: string, { hour }: GuessCharge): Promise<void> {
    const at = this.#guesses.findIndex((guess) => guess.identifierHash === identifierHash && guess.hour === hour);
    if (at >= 0) this.#guesses.splice(at, 1);
  }

  override async spent(identifierHash: string): Promise<{ readonly day: number; readonly week: number }> {
    const { hour } = this;
    const since = (hours: number) =>
      this.#guesses.filter((guess) => guess.identifierHash === identifierHash && guess.hour >= hour - hours).length;
    return { day: since(24), week: since(7 * 24) };
  }

  private get hour(): number {
    return Math.floor(this.clock.now().getTime() / HOUR_MS);
  }
}
