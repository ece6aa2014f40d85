import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { SignIns } from '#auth';
import { UnitOfWork } from '#kernel';
import { type Actor, CustomerUpdater } from '../services/customer-updater.js';

/** Ends every session of a customer. The customer can sign in again, and the record does not change. */
export class EndSessions extends Command<void> {
  constructor(
    readonly id: string,
    readonly actor: Actor,
  ) {
    super();
  }
}

@CommandHandler(EndSessions)
export class EndSessionsHandler implements ICommandHandler<EndSessions> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly updater: CustomerUpdater,
    private readonly signIns: SignIns,
  ) {}

  async execute({ id, actor }: EndSessions): Promise<void> {
    await this.work.run(async () => {
      await this.updater.getCustomer(id, null);
      await this.signIns.endAllSessions(id, actor.by, actor.source);
    });
  }
}
