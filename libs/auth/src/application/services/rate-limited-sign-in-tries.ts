import { type Clock, type Identifier, type IdentifierHasher, Overloaded } from '#kernel';
import { ConcurrencyLimit } from '../../domain/concurrency-limit.js';
import { backoffNameOf } from '../../domain/login-name.js';
import { SignInTries, type SignInTry } from '../../facade.js';
import type { LoginTries, LoginTryKey } from '../ports.js';
import { tryKeyByName } from './login-try-key.js';

const MAX_WAIT_MS = 2_000;
/** Doubled with each look: whoever waits costs the database little. */
const FIRST_RETRY_DELAY_MS = 50;
/** More than these at the same time are not worth waiting for. */
const MAX_WAITING_TRIES = 50;
/** Statements of these at the same time: most connections of a process stay for those who register and sign in. */
const MAX_CONCURRENT_STATEMENTS = 3;

/** Under the same keys as `LogIn` counts. */
export class RateLimitedSignInTries extends SignInTries {
  #pendingTries = 0;
  readonly #statementSlots = new ConcurrencyLimit(MAX_CONCURRENT_STATEMENTS);

  constructor(
    private readonly identifiers: IdentifierHasher,
    private readonly tries: LoginTries,
    private readonly clock: Clock,
  ) {
    super();
  }

  async startTry(name: Identifier, source: string): Promise<SignInTry | null> {
    if (this.#pendingTries >= MAX_WAITING_TRIES)
      throw new Overloaded('Too many do this at this moment. Please try again.', 1);
    this.#pendingTries++;
    try {
      return await this.#startTryWithRetries(tryKeyByName(this.identifiers.hash(backoffNameOf([name])), source));
    } finally {
      this.#pendingTries--;
    }
  }

  async #startTryWithRetries(wanted: LoginTryKey): Promise<SignInTry | null> {
    const deadline = this.clock.now().getTime() + MAX_WAIT_MS;
    for (let pauseMs = FIRST_RETRY_DELAY_MS; ; pauseMs *= 2) {
      const taken = await this.#statementSlots.run(() => this.tries.startTry(wanted));
      if (taken.may === 'compare') {
        const { counted } = taken;
        return {
          recordWrongPassword: () => this.#statementSlots.run(() => this.tries.recordWrongTry(counted)),
          cancelTry: () => this.#statementSlots.run(() => this.tries.cancelTry(counted)),
        };
      }
      const leftMs = deadline - this.clock.now().getTime();
      if (taken.may === 'never' || leftMs <= 0) return null;
      await this.clock.pause(Math.min(pauseMs, leftMs));
    }
  }
}
