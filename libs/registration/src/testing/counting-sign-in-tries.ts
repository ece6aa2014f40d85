import { SignInTries, type SignInTry } from '#auth';
import type { Identifier } from '#kernel';

/** As many wrong passwords of a name as are free at sign-in; then nothing is compared any more. */
export class CountingSignInTries extends SignInTries {
  readonly most = 5;
  readonly #counts = new Map<string, number>();

  override async startTry({ key }: Identifier): Promise<SignInTry | null> {
    const count = this.#counts.get(key) ?? 0;
    if (count >= this.most) return null;
    this.#counts.set(key, count + 1);
    const giveBack = async () => void this.#counts.set(key, (this.#counts.get(key) ?? 1) - 1);
    return { recordWrongPassword: async () => undefined, cancelTry: giveBack };
  }

  /** How many of this identifier count. */
  of({ key }: Identifier): number {
    return this.#counts.get(key) ?? 0;
  }
}
