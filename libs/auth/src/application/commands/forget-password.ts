import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AuditTrail, IdentifierHasher } from '#kernel';
import { AuthRules } from '../ports.js';
import { readable } from '../readable.js';
import { ResetRequests } from '../reset-requests.js';

/** Ask for a reset code. One answer for known and unknown, after the same work. */
export class ForgetPassword extends Command<void> {
  constructor(
    readonly username: string,
    /** Source prefix. */
    readonly source: string,
  ) {
    super();
  }
}

@CommandHandler(ForgetPassword)
export class ForgetPasswordHandler implements ICommandHandler<ForgetPassword> {
  constructor(
    private readonly requests: ResetRequests,
    private readonly rules: AuthRules,
    private readonly audit: AuditTrail,
    private readonly identifiers: IdentifierHasher,
  ) {}

  async execute({ username, source }: ForgetPassword): Promise<void> {
    const identifier = readable(username, this.rules.defaultMarket);
    if (!identifier) return;
    // By the hash for everybody: nobody looks here whether it is a customer's.
    const target = this.identifiers.hash(identifier);
    await this.audit.record({ action: 'auth.password.reset_asked', actor: null, target, source });
    await this.requests.ask(identifier, source);
  }
}
