import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '#kernel';
import { AccountChangeListeners } from '../../facade.js';
import { Subjects } from '../ports.js';
import { SessionEnder } from '../services/session-ender.js';

/** End this session or all sessions of the customer. */
export class LogOut extends Command<void> {
  constructor(
    readonly customerId: string,
    readonly sessionId: string,
    readonly scope: 'current' | 'all',
    /** Source prefix. */
    readonly source: string,
  ) {
    super();
  }
}

@CommandHandler(LogOut)
export class LogOutHandler implements ICommandHandler<LogOut> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly subjects: Subjects,
    private readonly ender: SessionEnder,
    private readonly listeners: AccountChangeListeners,
  ) {}

  async execute({ customerId, sessionId, scope, source }: LogOut): Promise<void> {
    const subject = (await this.subjects.findById(customerId))?.snapshot();
    if (!subject) return;
    const actor = { by: customerId, source };
    await this.work.run(async () => {
      if (scope === 'current') return this.ender.endSession(subject, sessionId, 'auth.logout.current', actor);
      this.listeners.notify(customerId, 'sessions_ended');
      return this.ender.endAllSessions(subject, 'auth.logout.all', actor);
    });
  }
}
