import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock, Inbox, type IncomingEvent, UnitOfWork } from '#kernel';
import { rejectVerification, type Verification } from '../../domain/verification.js';
import type { VerificationOutcome } from '../ports.js';
import { VerifiedAttemptActivator } from '../services/verified-attempt-activator.js';
import { VerifiedIdentifierActivator } from '../services/verified-identifier-activator.js';

/** Activates a customer because a trusted external service has verified the identifier. */
export class AcceptVerification extends Command<VerificationOutcome> {
  constructor(
    readonly verification: Verification,
    /** Identifies a redelivery. */
    readonly event: IncomingEvent,
  ) {
    super();
  }
}

@CommandHandler(AcceptVerification)
export class AcceptVerificationHandler implements ICommandHandler<AcceptVerification> {
  constructor(
    private readonly attemptActivator: VerifiedAttemptActivator,
    private readonly identifierActivator: VerifiedIdentifierActivator,
    private readonly work: UnitOfWork,
    private readonly inbox: Inbox,
    private readonly clock: Clock,
  ) {}

  async execute({ verification, event }: AcceptVerification): Promise<VerificationOutcome> {
    const recordHandled = () => this.inbox.recordHandled(event);
    const fault = rejectVerification(verification, this.clock.now());
    if (fault !== null) return this.#recordOnly(fault, recordHandled);
    if (verification.attemptId === null) return this.identifierActivator.activate(verification, recordHandled);
    const found = await this.attemptActivator.find(verification);
    return typeof found === 'string'
      ? this.#recordOnly(found, recordHandled)
      : this.attemptActivator.activate(found, recordHandled);
  }

  async #recordOnly(outcome: VerificationOutcome, recordHandled: () => Promise<void>): Promise<VerificationOutcome> {
    await this.work.run(recordHandled);
    return outcome;
  }
}
