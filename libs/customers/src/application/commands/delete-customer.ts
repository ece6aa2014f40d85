import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Credentials } from '#auth';
import { UnitOfWork } from '#kernel';
import { CustomerDeletedV1 } from '../../events.js';
import { type Actor, CustomerUpdater } from '../services/customer-updater.js';

/** Soft-deletes a customer: the record stays, the identifier is free again, and every session ends. */
export class DeleteCustomer extends Command<void> {
  constructor(
    readonly id: string,
    /** The version that the caller has read; null skips the check. */
    readonly version: number | null,
    readonly actor: Actor,
  ) {
    super();
  }
}

@CommandHandler(DeleteCustomer)
export class DeleteCustomerHandler implements ICommandHandler<DeleteCustomer> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly updater: CustomerUpdater,
    private readonly credentials: Credentials,
  ) {}

  async execute({ id, version, actor }: DeleteCustomer): Promise<void> {
    await this.work.run(async () => {
      const customer = await this.updater.getCustomer(id, version);
      const after = customer.delete(this.updater.now);
      const event = (view: ConstructorParameters<typeof CustomerDeletedV1>[0]) => new CustomerDeletedV1(view);
      await this.updater.saveChange(customer, { after, event, action: 'customer.deleted' }, actor);
      await this.credentials.revokeSignIn(id, actor.by);
    });
  }
}
