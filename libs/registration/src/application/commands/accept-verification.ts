import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock, Inbox, type IncomingEvent, UnitOfWork } from '#kernel';
import { rejectVerification, type Verification } from '../../domain/verification.js';
import type { VerificationOutcome } from '../ports.js';
import { VerifiedAttemptActivator } from '../services/verified-attempt-activator.js';
import { VerifiedIdentifierActivator } from '../services/verified-identifier-activator.js';

/** What a code does, done by a service that others trust: the person it has seen becomes a customer. */
export class AcceptVerification extends Command<VerificationOutcome> {
  constructor(
    readonly verification: Verification,
    /** By which it is known when it comes again. */
    readonly event: IncomingEvent,
  ) {
    super();
  }
}

@CommandHandler(AcceptVerification)
export class AcceptVerificationHandler implements ICommandHandler<AcceptVerification> {
  constructor(
    private readonly attempts: VerifiedAttemptActivator,
    private readonly strangers: VerifiedIdentifierActivator,
    private readonly work: UnitOfWork,
    private readonly inbox: Inbox,
    private readonly clock: Clock,
  ) {}

  async execute({ verification, event }: AcceptVerification): Promise<VerificationOutcome> {
    const note = () => this.inbox.recordHandled(event);
    const fault = rejectVerification(verification, this.clock.now());
    if (fault !== null) return this.#onlyNoted(fault, note);
    if (verification.attemptId === null) return this.strangers.activate(verification, note);
    const found = await this.attempts.find(verification);
    return typeof found === 'string' ? this.#onlyNoted(found, note) : this.attempts.activate(found, note);
  }

  async #onlyNoted(outcome: VerificationOutcome, note: () => Promise<void>): Promise<VerificationOutcome> {
    await this.work.run(note);
    return outcome;
  }
}
