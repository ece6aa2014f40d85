import { SignInTries, type SignInTry } from '#auth';
import type { Identifier } from '#kernel';

/** Allows a fixed number of wrong passwords per name; further tries are not compared. */
export class CountingSignInTries extends SignInTries {
  readonly limit = 5;
  readonly #counts = new Map<string, number>();

  override async startTry({ key }: Identifier): Promise<SignInTry | null> {
    const count = this.#counts.get(key) ?? 0;
    if (count >= this.limit) return null;
    this.#counts.set(key, count + 1);
    const cancelTry = async () => void this.#counts.set(key, (this.#counts.get(key) ?? 1) - 1);
    return { recordWrongPassword: async () => undefined, cancelTry };
  }

  /** Number of counted tries of this identifier. */
  of({ key }: Identifier): number {
    return this.#counts.get(key) ?? 0;
  }
}
