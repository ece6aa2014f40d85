import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AuditTrail, Ids, UnitOfWork } from '#kernel';
import { AccountChangeListeners } from '../../facade.js';
import {
  type ExternalIdentity,
  ExternalTokens,
  LinkedIdentities,
  type LinkedIdentity,
} from '../linked-identity-ports.js';

/** Let tokens of a foreign identity be one's own from now on. Whoever asks has proven both: that is all the proof there is. */
export class LinkIdentity extends Command<LinkIdentityOutcome> {
  constructor(
    readonly customerId: string,
    /** An access token of the foreign identity. */
    readonly token: string,
    /** Source prefix. */
    readonly source: string,
  ) {
    super();
  }
}

export type LinkIdentityOutcome =
  | { readonly outcome: 'linked'; readonly link: LinkedIdentity }
  /** It is somebody else's. */
  | { readonly outcome: 'taken' }
  /** No valid token of a server that is named in the settings: one answer for all reasons. */
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
