import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AuditTrail, Ids, UnitOfWork } from '#kernel';
import { AccountChangeListeners } from '../../facade.js';
import {
  type ExternalIdentity,
  ExternalTokens,
  LinkedIdentities,
  type LinkedIdentity,
} from '../linked-identity-ports.js';

/** Link an external identity to the customer. The caller proves control of both by presenting a token of each. */
export class LinkIdentity extends Command<LinkIdentityOutcome> {
  constructor(
    readonly customerId: string,
    /** An access token of the external identity. */
    readonly token: string,
    /** Source prefix. */
    readonly source: string,
  ) {
    super();
  }
}

export type LinkIdentityOutcome =
  | { readonly outcome: 'linked'; readonly link: LinkedIdentity }
  /** The identity is linked to another customer. */
  | { readonly outcome: 'taken' }
  /** Not a valid token of a configured server: the same result for all reasons. */
  | { readonly outcome: 'refused' };

@CommandHandler(LinkIdentity)
export class LinkIdentityHandler implements ICommandHandler<LinkIdentity> {
  constructor(
    private readonly externalTokens: ExternalTokens,
    private readonly linkedIdentities: LinkedIdentities,
    private readonly work: UnitOfWork,
    private readonly audit: AuditTrail,
    private readonly ids: Ids,
    private readonly listeners: AccountChangeListeners,
  ) {}

  async execute({ customerId, token, source }: LinkIdentity): Promise<LinkIdentityOutcome> {
    const claims = await this.externalTokens.verify(token);
    if (!claims) return { outcome: 'refused' };
    const result = await this.work.run(() => this.#linkIdentity(customerId, claims, source));
    if (result.outcome === 'taken') await this.#recordAudit('auth.link.refused', customerId, source);
    return result;
  }

  async #linkIdentity(
    customerId: string,
    { issuer, subject }: ExternalIdentity,
    source: string,
  ): Promise<LinkIdentityOutcome> {
    const known = await this.linkedIdentities.findByIdentity({ issuer, subject });
    if (known) return known.customerId === customerId ? { outcome: 'linked', link: known } : { outcome: 'taken' };
    const link = await this.linkedIdentities.add({ id: this.ids.opaque(), issuer, subject, customerId });
    await this.#recordAudit('auth.link.added', customerId, source);
    this.listeners.notify(customerId, 'link_added');
    return { outcome: 'linked', link };
  }

  #recordAudit(action: string, customerId: string, source: string): Promise<void> {
    return this.audit.record({ action, actor: customerId, target: customerId, source });
  }
}
