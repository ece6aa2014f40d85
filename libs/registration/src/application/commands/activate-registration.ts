import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { PreHash } from '#auth';
import { Codes, type GuessCharge } from '#codes';
import type { CustomerView } from '#customers';
import { Clock, Ids } from '#kernel';
import { type AttemptKey, type AttemptState, RegistrationAttempt } from '../../domain/registration-attempt.js';
import { AttemptStore } from '../ports.js';
import { codeAddressOf } from '../services/code-address.js';
import { RegistrationActivator } from '../services/registration-activator.js';

export type ActivationOutcome =
  | { readonly outcome: 'active'; readonly customer: CustomerView }
  | { readonly outcome: 'code_wrong'; readonly attemptsRemaining: number }
  | { readonly outcome: 'code_expired' | 'already_active' | 'in_progress' | 'unknown' };

/** Activate an attempt with its code and create the customer. */
export class ActivateRegistration extends Command<ActivationOutcome> {
  constructor(
    readonly key: AttemptKey,
    /** Pre-hash of the password that selected the attempt. Its hash is stored. */
    readonly preHash: PreHash,
    readonly code: string,
    /** Source prefix. */
    readonly source: string,
  ) {
    super();
  }
}

/** The result of a correct password and a correct code. */
interface Granted {
  readonly preHash: PreHash;
  readonly charge: GuessCharge;
  readonly requestId: string;
  readonly source: string;
}

const CLAIM_WAIT_MS = 2_000;
const POLL_INTERVAL_MS = 50;

@CommandHandler(ActivateRegistration)
export class ActivateRegistrationHandler implements ICommandHandler<ActivateRegistration> {
  constructor(
    private readonly attempts: AttemptStore,
    private readonly codes: Codes,
    private readonly activator: RegistrationActivator,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  async execute(command: ActivateRegistration): Promise<ActivationOutcome> {
    const requestId = this.ids.next();
    const deadline = this.clock.now().getTime() + CLAIM_WAIT_MS;
    for (;;) {
      const outcome = await this.#once(command, requestId);
      if (outcome.outcome !== 'in_progress') return outcome;
      if (this.clock.now().getTime() >= deadline) return this.#committed(command.key);
      await this.clock.pause(POLL_INTERVAL_MS);
    }
  }

  async #once({ key, code, preHash, source }: ActivateRegistration, requestId: string): Promise<ActivationOutcome> {
    const found = await this.attempts.find(key.identifierHash, [key.tag]);
    if (!found) return { outcome: 'unknown' };
    const attempt = RegistrationAttempt.restore(found);
    if (attempt.isReceipt) return this.#repeat(attempt);
    const claim = await this.codes.claim(codeAddressOf(found), code, requestId);
    switch (claim.outcome) {
      case 'granted':
        return this.#activate(found, { preHash, charge: claim.charge, requestId, source });
      case 'wrong':
        return { outcome: 'code_wrong', attemptsRemaining: claim.attemptsRemaining };
      case 'busy':
        return { outcome: 'in_progress' };
      case 'expired':
        return this.#expired(key);
    }
  }

  /** The request that holds the claim may have crashed after its commit. Then the activation is done before the claim lapses. */
  async #committed({ identifierHash, tag }: AttemptKey): Promise<ActivationOutcome> {
    const attempt = await this.attempts.find(identifierHash, [tag]);
    const customer = attempt && (await this.activator.findActivated(attempt));
    return customer ? { outcome: 'active', customer } : { outcome: 'in_progress' };
  }

  /** The code may be gone because a concurrent request has just used it. */
  async #expired(key: AttemptKey): Promise<ActivationOutcome> {
    const found = await this.attempts.find(key.identifierHash, [key.tag]);
    const attempt = found && RegistrationAttempt.restore(found);
    return attempt?.isReceipt ? this.#repeat(attempt) : { outcome: 'code_expired' };
  }

  /** Returns the same result after a lost response or a double click, without publishing events again. */
  async #repeat(attempt: RegistrationAttempt): Promise<ActivationOutcome> {
    const customer = await this.activator.findActivated(attempt.snapshot());
    if (!customer) return { outcome: 'unknown' };
    const isFresh = attempt.isFreshReceipt(await this.attempts.now());
    return isFresh ? { outcome: 'active', customer } : { outcome: 'already_active' };
  }

  /** Releases the claim after a server failure, so that the code stays usable. */
  async #activate(attempt: AttemptState, { preHash, charge, requestId, source }: Granted): Promise<ActivationOutcome> {
    const address = codeAddressOf(attempt);
    // Refund the charge last: other guesses wait for the lock on its row.
    const last = () => this.codes.refundGuess(address, charge);
    try {
      const customer = await this.activator.activate(attempt, { preHash, verifiedBy: 'code', source, last });
      return customer ? { outcome: 'active', customer } : { outcome: 'unknown' };
    } catch (error) {
      const charged = this.codes.refundGuess(address, charge);
      await Promise.allSettled([this.codes.releaseClaim(address, requestId), charged]);
      throw error;
    }
  }
}
