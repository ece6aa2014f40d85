import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AuditTrail, Ids, UnitOfWork } from '#kernel';
import { AccountChangeListeners } from '../../facade.js';
import { ForeignTokens, type Identity, type Link, Links } from '../link-ports.js';

/** Let tokens of a foreign identity be one's own from now on. Whoever asks has proven both: that is all the proof there is. */
export class LinkIdentity extends Command<LinkResult> {
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

export type LinkResult =
  | { readonly outcome: 'linked'; readonly link: Link }
  /** It is somebody else's. */
  | { readonly outcome: 'taken' }
  /** No valid token of a server that is named in the settings: one answer for all reasons. */
  | { readonly outcome: 'refused' };

@CommandHandler(LinkIdentity)
export class LinkIdentityHandler implements ICommandHandler<LinkIdentity> {
  constructor(
    private readonly tokens: ForeignTokens,
    private readonly links: Links,
    private readonly work: UnitOfWork,
    private readonly audit: AuditTrail,
    private readonly ids: Ids,
    private readonly listeners: AccountChangeListeners,
  ) {}

  async execute({ customerId, token, source }: LinkIdentity): Promise<LinkResult> {
    const claims = await this.tokens.verify(token);
    if (!claims) return { outcome: 'refused' };
    const result = await this.work.run(() => this.#link(customerId, claims, source));
    if (result.outcome === 'taken') await this.#record('auth.link.refused', customerId, source);
    return result;
  }

  async #link(customerId: string, { issuer, subject }: Identity, source: string): Promise<LinkResult> {
    const known = await this.links.find({ issuer, subject });
    if (known) return known.customerId === customerId ? { outcome: 'linked', link: known } : { outcome: 'taken' };
    const link = await this.links.add({ id: this.ids.opaque(), issuer, subject, customerId });
    await this.#record('auth.link.added', customerId, source);
    this.listeners.notify(customerId, 'link_added');
    return { outcome: 'linked', link };
  }

  #record(action: string, customerId: string, source: string): Promise<void> {
    return this.audit.record({ action, actor: customerId, target: customerId, source });
  }
}
