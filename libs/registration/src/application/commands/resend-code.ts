import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ClientSource } from '../../domain/limits.js';
import { type AttemptKey, RegistrationAttempt } from '../../domain/registration-attempt.js';
import type { RegistrationTicket } from '../../facade.js';
import { AttemptStore } from '../ports.js';
import { CodeRequests } from '../services/code-requests.js';
import { RegistrationAdmissionControl } from '../services/registration-admission-control.js';
import { RegistrationEventPublisher } from '../services/registration-event-publisher.js';

export type ResendOutcome =
  | { readonly outcome: 'sending'; readonly ticket: RegistrationTicket }
  | { readonly outcome: 'too_early'; readonly retryAfterSeconds: number }
  | { readonly outcome: 'already_active' }
  | { readonly outcome: 'unknown' };

/** Request a new code. The old code becomes invalid when the new one is sent. */
export class ResendCode extends Command<ResendOutcome> {
  constructor(
    readonly key: AttemptKey,
    readonly source: ClientSource,
  ) {
    super();
  }
}

@CommandHandler(ResendCode)
export class ResendCodeHandler implements ICommandHandler<ResendCode> {
  constructor(
    private readonly intake: RegistrationAdmissionControl,
    private readonly attempts: AttemptStore,
    private readonly announcer: RegistrationEventPublisher,
    private readonly codes: CodeRequests,
  ) {}

  async execute({ key, source }: ResendCode): Promise<ResendOutcome> {
    await this.intake.assertCapacity();
    const found = await this.attempts.find(key.identifierHash, [key.tag]);
    if (!found) return { outcome: 'unknown' };
    if (RegistrationAttempt.restore(found).isReceipt) return { outcome: 'already_active' };
    const attempt = await this.announcer.publishStarted(found, null);
    const { ticket, retryAfterSeconds } = await this.codes.requestCode(attempt, source);
    return retryAfterSeconds === null ? { outcome: 'sending', ticket } : { outcome: 'too_early', retryAfterSeconds };
  }
}
