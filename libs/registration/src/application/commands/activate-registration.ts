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

/** Prove an attempt by its code: the stranger becomes a customer. */
export class ActivateRegistration extends Command<ActivationOutcome> {
  constructor(
    readonly key: AttemptKey,
    /** Of the password that picked the attempt; what is stored is its hash. */
    readonly preHash: PreHash,
    readonly code: string,
    /** Source prefix. */
    readonly source: string,
  ) {
    super();
  }
}

/** The right password and the right code. */
interface Granted {
  readonly preHash: PreHash;
  readonly charge: GuessCharge;
  readonly requestId: string;
  readonly source: string;
}

const PATIENCE_MS = 2_000;
const LOOK_EVERY_MS = 50;

@CommandHandler(ActivateRegistration)
export class ActivateRegistrationHandler implements ICommandHandler<ActivateRegistration> {
  constructor(
    private readonly attempts: AttemptStore,
    private readonly codes: Codes,
    private readonly admission: RegistrationActivator,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  async execute(command: ActivateRegistration): Promise<ActivationOutcome> {
    const requestId = this.ids.next();
    const deadline = this.clock.now().getTime() + PATIENCE_MS;
    for (;;) {
      const outcome = await this.#once(command, requestId);
      if (outcome.outcome !== 'in_progress') return outcome;
      if (this.clock.now().getTime() >= deadline) return this.#committed(command.key);
      await this.clock.pause(LOOK_EVERY_MS);
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
        return this.#admit(found, { preHash, charge: claim.charge, requestId, source });
      case 'wrong':
        return { outcome: 'code_wrong', attemptsRemaining: claim.attemptsRemaining };
      case 'busy':
        return { outcome: 'in_progress' };
      case 'expired':
        return this.#expired(key);
    }
  }

  /** Whoever is activating it may have died behind its commit: then it is done, although its claim has not lapsed. */
  async #committed({ identifierHash, tag }: AttemptKey): Promise<ActivationOutcome> {
    const attempt = await this.attempts.find(identifierHash, [tag]);
    const customer = attempt && (await this.admission.findActivated(attempt));
    return customer ? { outcome: 'active', customer } : { outcome: 'in_progress' };
  }

  /** The code may be gone because another click has just used it. */
  async #expired(key: AttemptKey): Promise<ActivationOutcome> {
    const found = await this.attempts.find(key.identifierHash, [key.tag]);
    const attempt = found && RegistrationAttempt.restore(found);
    return attempt?.isReceipt ? this.#repeat(attempt) : { outcome: 'code_expired' };
  }

  /** A lost answer, a double click: the same answer, nothing announced twice. */
  async #repeat(attempt: RegistrationAttempt): Promise<ActivationOutcome> {
    const customer = await this.admission.findActivated(attempt.snapshot());
    if (!customer) return { outcome: 'unknown' };
    const isFresh = attempt.isFreshReceipt(await this.attempts.now());
    return isFresh ? { outcome: 'active', customer } : { outcome: 'already_active' };
  }

  /** Our own failure costs nobody his code: the claim is given back. */
  async #admit(attempt: AttemptState, { preHash, charge, requestId, source }: Granted): Promise<ActivationOutcome> {
    const address = codeAddressOf(attempt);
    // The charge last: its row is what other guesses wait for.
    const last = () => this.codes.refundGuess(address, charge);
    try {
      const customer = await this.admission.activate(attempt, { preHash, verifiedBy: 'code', source, last });
      return customer ? { outcome: 'active', customer } : { outcome: 'unknown' };
    } catch (error) {
      const charged = this.codes.refundGuess(address, charge);
      await Promise.allSettled([this.codes.releaseClaim(address, requestId), charged]);
      throw error;
    }
  }
}
