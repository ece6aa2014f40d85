import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AuthRules } from '../ports.js';
import { readable } from '../readable.js';
import { ResetRequests } from '../reset-requests.js';

/** Ask for a reset code. One answer for known and unknown, after the same work. */
export class ForgetPassword extends Command<void> {
  constructor(
    readonly username: string,
    /** Source prefix. */
    readonly source: string,
    /** It has no limits per source. */
    readonly trusted = false,
  ) {
    super();
  }
}

@CommandHandler(ForgetPassword)
export class ForgetPasswordHandler implements ICommandHandler<ForgetPassword> {
  constructor(
    private readonly requests: ResetRequests,
    private readonly rules: AuthRules,
  ) {}

  async execute({ username, source, trusted }: ForgetPassword): Promise<void> {
    const identifier = readable(username, this.rules.defaultMarket);
    if (identifier) await this.requests.ask(identifier, { prefix: source, trusted });
  }
}
