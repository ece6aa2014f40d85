import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AuditTrail, UnitOfWork } from '#kernel';
import { AccountChangeListeners } from '../../facade.js';
import { LinkedIdentities } from '../linked-identity-ports.js';

/** Remove a link, so that tokens of that identity are rejected. False when the customer has no such link. */
export class UnlinkIdentity extends Command<boolean> {
  constructor(
    readonly customerId: string,
    readonly linkId: string,
    /** Source prefix. */
    readonly source: string,
  ) {
    super();
  }
}

@CommandHandler(UnlinkIdentity)
export class UnlinkIdentityHandler implements ICommandHandler<UnlinkIdentity> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly linkedIdentities: LinkedIdentities,
    private readonly audit: AuditTrail,
    private readonly listeners: AccountChangeListeners,
  ) {}

  execute({ customerId, linkId, source }: UnlinkIdentity): Promise<boolean> {
    return this.work.run(async () => {
      if (!(await this.linkedIdentities.remove(linkId, customerId))) return false;
      await this.audit.record({ action: 'auth.link.removed', actor: customerId, target: customerId, source });
      this.listeners.notify(customerId, 'link_removed');
      return true;
    });
  }
}
