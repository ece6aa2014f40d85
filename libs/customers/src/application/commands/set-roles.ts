import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Credentials, type Role } from '#auth';
import { UnitOfWork } from '#kernel';
import { CustomerRolesChangedV1 } from '../../events.js';
import type { CustomerView } from '../../facade.js';
import { type Actor, CustomerUpdater } from '../services/customer-updater.js';

/** Replaces the roles of a customer. Every session ends, because tokens carry roles. */
export class SetRoles extends Command<void> {
  constructor(
    readonly id: string,
    readonly roles: readonly Role[],
    readonly actor: Actor,
  ) {
    super();
  }
}

@CommandHandler(SetRoles)
export class SetRolesHandler implements ICommandHandler<SetRoles> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly updater: CustomerUpdater,
    private readonly credentials: Credentials,
  ) {}

  async execute({ id, roles, actor }: SetRoles): Promise<void> {
    await this.work.run(async () => {
      const customer = await this.updater.getCustomer(id, null);
      const after = customer.incrementVersion(this.updater.now);
      const event = (view: CustomerView) => CustomerRolesChangedV1.of(view, roles);
      await this.updater.saveChange(customer, { after, event, action: 'customer.roles_changed' }, actor);
      await this.credentials.setRoles(id, roles, actor.by);
    });
  }
}
