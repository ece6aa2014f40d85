import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { SignIns } from '#auth';
import { UnitOfWork } from '#kernel';
import { CustomerRecord, type Ordered } from '../customer-record.js';

/** End every session of a customer, who may sign in again. The record stays as it is. */
export class EndSessions extends Command<void> {
  constructor(
    readonly id: string,
    readonly ordered: Ordered,
  ) {
    super();
  }
}

@CommandHandler(EndSessions)
export class EndSessionsHandler implements ICommandHandler<EndSessions> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly record: CustomerRecord,
    private readonly signIns: SignIns,
  ) {}

  async execute({ id, ordered }: EndSessions): Promise<void> {
    await this.work.run(async () => {
      await this.record.living(id, null);
      await this.signIns.endAll(id, ordered.by, ordered.source);
    });
  }
}
