import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Credentials } from '#auth';
import { UnitOfWork } from '#kernel';
import { CustomerDeletedV1 } from '../../events.js';
import { CustomerRecord, type Ordered } from '../customer-record.js';

/** Delete a customer, softly: the record stays, the identifier is free again, and every session ends. */
export class DeleteCustomer extends Command<void> {
  constructor(
    readonly id: string,
    /** That was read; null for whatever there is. */
    readonly version: number | null,
    readonly ordered: Ordered,
  ) {
    super();
  }
}

@CommandHandler(DeleteCustomer)
export class DeleteCustomerHandler implements ICommandHandler<DeleteCustomer> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly record: CustomerRecord,
    private readonly credentials: Credentials,
  ) {}

  async execute({ id, version, ordered }: DeleteCustomer): Promise<void> {
    await this.work.run(async () => {
      const customer = await this.record.living(id, version);
      const after = customer.delete(this.record.now);
      const event = (view: ConstructorParameters<typeof CustomerDeletedV1>[0]) => new CustomerDeletedV1(view);
      await this.record.write(customer, { after, event, action: 'customer.deleted' }, ordered);
      await this.credentials.withdraw(id, ordered.by);
    });
  }
}
