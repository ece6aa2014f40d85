import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Codes } from '#codes';
import { AuditTrail, Ids, UnitOfWork } from '#kernel';
import { ChangeCodeExpired, IdentifierTaken } from '../../domain/errors.js';
import type { PendingIdentifierChange } from '../../domain/pending-identifier-change.js';
import type { CustomerView } from '../../facade.js';
import { changeCodeAddressOf, PendingIdentifierChanges } from '../identifier-change-ports.js';
import { type ConfirmingSession, IdentifierChanger } from '../services/identifier-changer.js';

export type ConfirmIdentifierChangeOutcome =
  | { readonly outcome: 'changed'; readonly customer: CustomerView }
  /** The identifier belongs to another customer. The caller receives messages sent to it, so this may be revealed. */
  | { readonly outcome: 'taken' }
  | { readonly outcome: 'code_expired' }
  | { readonly outcome: 'in_progress' }
  | { readonly outcome: 'code_wrong'; readonly attemptsRemaining: number };

/** Confirms a new identifier with the code that was sent to it. Every other session ends. */
export class ConfirmIdentifierChange extends Command<ConfirmIdentifierChangeOutcome> {
  constructor(
    readonly customerId: string,
    readonly code: string,
    readonly session: ConfirmingSession,
  ) {
    super();
  }
}

@CommandHandler(ConfirmIdentifierChange)
export class ConfirmIdentifierChangeHandler implements ICommandHandler<ConfirmIdentifierChange> {
  constructor(
    private readonly pending: PendingIdentifierChanges,
    private readonly codes: Codes,
    private readonly changer: IdentifierChanger,
    private readonly work: UnitOfWork,
    private readonly audit: AuditTrail,
    private readonly ids: Ids,
  ) {}

  async execute({ customerId, code, session }: ConfirmIdentifierChange): Promise<ConfirmIdentifierChangeOutcome> {
    const change = await this.pending.find(customerId);
    if (!change) return this.#auditRefusal(customerId, session, { outcome: 'code_expired' });
    const [address, requestId] = [changeCodeAddressOf(change), this.ids.next()];
    const claim = await this.codes.claim(address, code, requestId);
    if (claim.outcome === 'busy') return { outcome: 'in_progress' };
    if (claim.outcome === 'wrong') {
      const { attemptsRemaining } = claim;
      return this.#auditRefusal(customerId, session, { outcome: 'code_wrong', attemptsRemaining });
    }
    if (claim.outcome === 'expired') return this.#auditRefusal(customerId, session, { outcome: 'code_expired' });
    const refundGuess = () => this.codes.refundGuess(address, claim.charge);
    try {
      const customer = await this.#applyChange(change, session, refundGuess);
      await this.codes.consume(address).catch(() => undefined);
      return { outcome: 'changed', customer };
    } catch (error) {
      const outcome = rejectionOf(error);
      // An internal failure must not use up the code.
      if (!outcome) await Promise.allSettled([this.codes.releaseClaim(address, requestId), refundGuess()]);
      if (!outcome) throw error;
      await Promise.allSettled([this.pending.remove(change), this.codes.consume(address), refundGuess()]);
      return this.#auditRefusal(customerId, session, { outcome });
    }
  }

  #applyChange(
    change: PendingIdentifierChange,
    session: ConfirmingSession,
    refundGuess: () => Promise<void>,
  ): Promise<CustomerView> {
    return this.work.run(async () => {
      const customer = await this.changer.applyChange(change, session);
      await refundGuess();
      return customer;
    });
  }

  async #auditRefusal<Outcome extends ConfirmIdentifierChangeOutcome>(
    id: string,
    { source }: ConfirmingSession,
    outcome: Outcome,
  ): Promise<Outcome> {
    await this.audit.record({ action: 'customer.identifier_change_refused', actor: id, target: id, source });
    return outcome;
  }
}

function rejectionOf(error: unknown): 'taken' | 'code_expired' | undefined {
  if (error instanceof IdentifierTaken) return 'taken';
  return error instanceof ChangeCodeExpired ? 'code_expired' : undefined;
}
