import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '#kernel';
import { Sessions } from '../ports.js';
import { SessionEnder } from '../services/session-ender.js';

/** End a session of the customer. False when the customer has no such session. */
export class EndSession extends Command<boolean> {
  constructor(
    readonly customerId: string,
    readonly sessionId: string,
    /** Source prefix. */
    readonly source: string,
  ) {
    super();
  }
}

@CommandHandler(EndSession)
export class EndSessionHandler implements ICommandHandler<EndSession> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly sessions: Sessions,
    private readonly ender: SessionEnder,
  ) {}

  async execute({ customerId, sessionId, source }: EndSession): Promise<boolean> {
    const found = await this.sessions.findById(sessionId);
    if (found?.session.customerId !== customerId) return false;
    const actor = { by: customerId, source };
    return this.work.run(() => this.ender.endSession(found.subject.snapshot(), sessionId, 'auth.session.ended', actor));
  }
}
