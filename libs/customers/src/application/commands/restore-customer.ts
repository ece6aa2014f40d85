import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Credentials } from '#auth';
import { IdentifierHasher, UnitOfWork } from '#kernel';
import { CustomerRestoredV1 } from '../../events.js';
import type { CustomerView } from '../../facade.js';
import { type Actor, CustomerUpdater } from '../services/customer-updater.js';
import { toCustomerView } from '../services/to-customer-view.js';

/** Restores a deleted customer unless another customer has the identifier now. Does nothing when not deleted. */
export class RestoreCustomer extends Command<CustomerView> {
  constructor(
    readonly id: string,
    readonly actor: Actor,
  ) {
    super();
  }
}

@CommandHandler(RestoreCustomer)
export class RestoreCustomerHandler implements ICommandHandler<RestoreCustomer> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly updater: CustomerUpdater,
    private readonly credentials: Credentials,
    private readonly identifiers: IdentifierHasher,
  ) {}

  execute({ id, actor }: RestoreCustomer): Promise<CustomerView> {
    return this.work.run(async () => {
      const customer = await this.updater.getCustomerOrDeleted(id, null);
      if (!customer.isDeleted) return toCustomerView(customer);
      const after = customer.restore(this.updater.now);
      const event = (view: CustomerView) => new CustomerRestoredV1(view);
      const view = await this.updater.saveChange(customer, { after, event, action: 'customer.restored' }, actor);
      for (const identifier of after.identifiers)
        await this.credentials.restoreSignIn(id, this.identifiers.hash(identifier));
      const { status } = after.snapshot();
      if (status === 'suspended') await this.credentials.setStatus(id, status, actor.by);
      return view;
    });
  }
}
