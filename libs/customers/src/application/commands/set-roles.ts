import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Credentials, type Role } from '#auth';
import { UnitOfWork } from '#kernel';
import { CustomerRolesChangedV1 } from '../../events.js';
import type { CustomerView } from '../../facade.js';
import { CustomerRecord, type Ordered } from '../customer-record.js';

/** Give a customer these roles and no others. Every session ends: tokens carry roles. */
export class SetRoles extends Command<void> {
  constructor(
    readonly id: string,
    readonly roles: readonly Role[],
    readonly ordered: Ordered,
  ) {
    super();
  }
}

@CommandHandler(SetRoles)
export class SetRolesHandler implements ICommandHandler<SetRoles> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly record: CustomerRecord,
    private readonly credentials: Credentials,
  ) {}

  async execute({ id, roles, ordered }: SetRoles): Promise<void> {
    await this.work.run(async () => {
      const customer = await this.record.living(id, null);
      const after = customer.touch(this.record.now);
      const event = (view: CustomerView) => CustomerRolesChangedV1.of(view, roles);
      await this.record.write(customer, { after, event, action: 'customer.roles_changed' }, ordered);
      await this.credentials.setRoles(id, roles, ordered.by);
    });
  }
}
