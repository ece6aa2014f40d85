import { type Clock, ConcurrencyLimit, type Identifier, type IdentifierHasher, Overloaded } from '#kernel';
import { backoffNameOf } from '../../domain/login-name.js';
import { SignInTries, type SignInTry } from '../../facade.js';
import type { LoginTries, LoginTryKey } from '../ports.js';
import { tryKeyByName } from './login-try-key.js';

const MAX_WAIT_MS = 2_000;
/** Doubled with each retry, to limit database load. */
const FIRST_RETRY_DELAY_MS = 50;
/** Further tries are rejected. */
const MAX_WAITING_TRIES = 50;
/** Leaves most database connections of the process to registrations and sign-ins. */
const MAX_CONCURRENT_STATEMENTS = 3;

/** Uses the same keys as `LogIn`. */
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
      const decision = await this.#statementSlots.run(() => this.tries.startTry(wanted));
      if (decision.may === 'compare') {
        const { counted } = decision;
        return {
          recordWrongPassword: () => this.#statementSlots.run(() => this.tries.recordWrongTry(counted)),
          cancelTry: () => this.#statementSlots.run(() => this.tries.cancelTry(counted)),
        };
      }
      const leftMs = deadline - this.clock.now().getTime();
      if (decision.may === 'never' || leftMs <= 0) return null;
      await this.clock.pause(Math.min(pauseMs, leftMs));
    }
  }
}
