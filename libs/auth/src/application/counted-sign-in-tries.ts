import { type Clock, type Identifier, type IdentifierHasher, Overloaded } from '#kernel';
import { Turns } from '../domain/turns.js';
import { SignInTries, type SignInTry } from '../facade.js';
import { tryByName } from './login-try.js';
import type { LoginTries, LoginTry } from './ports.js';
import { countedAs } from './readable.js';

const PATIENCE_MS = 2_000;
/** Doubled with each look: whoever waits costs the database little. */
const FIRST_PAUSE_MS = 50;
/** More than these at the same time are not worth waiting for. */
const MOST_AT_ONCE = 50;
/** Statements of these at the same time: most connections of a process stay for those who register and sign in. */
const MOST_ASKING = 3;

/** Under the same keys as `LogIn` counts. */
export class CountedSignInTries extends SignInTries {
  #underWay = 0;
  readonly #turns = new Turns(MOST_ASKING);

  constructor(
    private readonly identifiers: IdentifierHasher,
    private readonly tries: LoginTries,
    private readonly clock: Clock,
  ) {
    super();
  }

  async take(name: Identifier, source: string): Promise<SignInTry | null> {
    if (this.#underWay >= MOST_AT_ONCE) throw new Overloaded('Too many do this at this moment. Please try again.', 1);
    this.#underWay++;
    try {
      return await this.#take(tryByName(this.identifiers.hash(countedAs([name])), source));
    } finally {
      this.#underWay--;
    }
  }

  async #take(wanted: LoginTry): Promise<SignInTry | null> {
    const deadline = this.clock.now().getTime() + PATIENCE_MS;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
      const taken = await this.#turns.take(() => this.tries.take(wanted));
      if (taken.may === 'compare') {
        const { counted } = taken;
        return {
          wrong: () => this.#turns.take(() => this.tries.settle(counted)),
          giveBack: () => this.#turns.take(() => this.tries.giveBack(counted)),
        };
      }
      const leftMs = deadline - this.clock.now().getTime();
      if (taken.may === 'never' || leftMs <= 0) return null;
      await this.clock.pause(Math.min(pauseMs, leftMs));
    }
  }
}
