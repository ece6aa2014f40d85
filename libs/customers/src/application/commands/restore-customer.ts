import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Credentials } from '#auth';
import { IdentifierHasher, UnitOfWork } from '#kernel';
import { CustomerRestoredV1 } from '../../events.js';
import type { CustomerView } from '../../facade.js';
import { CustomerRecord, type Ordered } from '../customer-record.js';
import { viewOf } from '../view-of.js';

/** Take a deletion back, unless somebody else has got the identifier meanwhile. Who lives is left as he is. */
export class RestoreCustomer extends Command<CustomerView> {
  constructor(
    readonly id: string,
    readonly ordered: Ordered,
  ) {
    super();
  }
}

@CommandHandler(RestoreCustomer)
export class RestoreCustomerHandler implements ICommandHandler<RestoreCustomer> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly record: CustomerRecord,
    private readonly credentials: Credentials,
    private readonly identifiers: IdentifierHasher,
  ) {}

  execute({ id, ordered }: RestoreCustomer): Promise<CustomerView> {
    return this.work.run(async () => {
      const customer = await this.record.known(id, null);
      if (!customer.isDeleted) return viewOf(customer);
      const after = customer.bringBack(this.record.now);
      const event = (view: CustomerView) => new CustomerRestoredV1(view);
      const view = await this.record.write(customer, { after, event, action: 'customer.restored' }, ordered);
      for (const identifier of after.identifiers) await this.credentials.readmit(id, this.identifiers.hash(identifier));
      const { status } = after.snapshot();
      if (status === 'suspended') await this.credentials.setStatus(id, status, ordered.by);
      return view;
    });
  }
}
