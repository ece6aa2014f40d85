import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Source } from '../../domain/limits.js';
import { type AttemptKey, RegistrationAttempt } from '../../domain/registration-attempt.js';
import type { RegistrationTicket } from '../../facade.js';
import { AttemptAnnouncer } from '../attempt-announcer.js';
import { CodeRequests } from '../code-requests.js';
import { Intake } from '../intake.js';
import { AttemptStore } from '../ports.js';

export type ResendOutcome =
  | { readonly outcome: 'sending'; readonly ticket: RegistrationTicket }
  | { readonly outcome: 'too_early'; readonly retryAfterSeconds: number }
  | { readonly outcome: 'already_active' }
  | { readonly outcome: 'unknown' };

/** Ask for a new code. The old one dies when the new one is on its way. */
export class ResendCode extends Command<ResendOutcome> {
  constructor(
    readonly key: AttemptKey,
    readonly source: Source,
  ) {
    super();
  }
}

@CommandHandler(ResendCode)
export class ResendCodeHandler implements ICommandHandler<ResendCode> {
  constructor(
    private readonly intake: Intake,
    private readonly attempts: AttemptStore,
    private readonly announcer: AttemptAnnouncer,
    private readonly codes: CodeRequests,
  ) {}

  async execute({ key, source }: ResendCode): Promise<ResendOutcome> {
    await this.intake.open();
    const found = await this.attempts.find(key.identifierHash, [key.tag]);
    if (!found) return { outcome: 'unknown' };
    if (RegistrationAttempt.restore(found).isReceipt) return { outcome: 'already_active' };
    const attempt = await this.announcer.announce(found, null);
    const { ticket, retryAfterSeconds } = await this.codes.ask(attempt, source);
    return retryAfterSeconds === null ? { outcome: 'sending', ticket } : { outcome: 'too_early', retryAfterSeconds };
  }
}
