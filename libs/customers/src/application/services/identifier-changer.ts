import type { SignInNames, SignIns } from '#auth';
import type { AfterCommit, IdentifierHasher } from '#kernel';
import type { Customer } from '../../domain/customer.js';
import { ChangeCodeExpired, IdentifierTaken } from '../../domain/errors.js';
import type { PendingIdentifierChange } from '../../domain/pending-identifier-change.js';
import { CustomerIdentifierChangedV1, CustomerUpdatedV1 } from '../../events.js';
import type { CustomerView } from '../../facade.js';
import type { PendingIdentifierChanges } from '../identifier-change-ports.js';
import type { Customers } from '../ports.js';
import type { CustomerUpdater } from './customer-updater.js';
import type { NoticeQueue } from './notice-queue.js';

/** The session that confirms a change. */
export interface ConfirmingSession {
  /** This session continues; all others end. */
  readonly sessionId: string;
  /** Client network prefix. */
  readonly source: string;
}

/** Applies a confirmed identifier change inside the caller's unit of work. */
export class IdentifierChanger {
  constructor(
    private readonly pending: PendingIdentifierChanges,
    private readonly updater: CustomerUpdater,
    private readonly customers: Customers,
    private readonly identifiers: IdentifierHasher,
    private readonly names: SignInNames,
    private readonly signIns: SignIns,
    private readonly notices: NoticeQueue,
    private readonly afterCommit: AfterCommit,
  ) {}

  /**
   * @throws ChangeCodeExpired when another request replaced this one, or all sessions were ended since the request
   * @throws IdentifierTaken
   */
  async applyChange(change: PendingIdentifierChange, { sessionId, source }: ConfirmingSession): Promise<CustomerView> {
    const { customerId: id, identifier } = change;
    if (!(await this.pending.remove(change))) throw new ChangeCodeExpired();
    const owner = await this.updater.getCustomer(id, null);
    await this.#assertNotTaken(change);
    const view = await this.#saveIdentifier(owner, change, { by: id, source });
    const previous = owner.identifiers.find(({ kind }) => kind === identifier.kind);
    if (previous) await this.names.remove(id, this.identifiers.candidates(previous));
    await this.names.add(id, this.identifiers.hash(identifier));
    if (!(await this.signIns.endOtherSessions(id, sessionId, change.generation, source))) throw new ChangeCodeExpired();
    this.afterCommit.runAfterCommit(() =>
      this.notices.enqueueNotices(owner, { what: 'changed', kind: identifier.kind }),
    );
    return view;
  }

  /** Writes the record and the identifier change separately, each with its own version and event. */
  async #saveIdentifier(
    owner: Customer,
    { identifier }: PendingIdentifierChange,
    actor: { by: string; source: string },
  ) {
    const after = owner.setIdentifier(identifier, this.updater.now);
    const updated = (view: CustomerView, before: CustomerView) => CustomerUpdatedV1.of(view, before);
    await this.updater.saveChange(owner, { after, event: updated, action: 'customer.updated' }, actor);
    const withNextVersion = after.incrementVersion(this.updater.now);
    const event = (view: CustomerView) => CustomerIdentifierChangedV1.of(view, identifier.kind);
    return this.updater.saveChange(
      after,
      { after: withNextVersion, event, action: 'customer.identifier_changed' },
      actor,
    );
  }

  /** Checks the hash under every key, because the unique index cannot compare hashes of different keys. */
  async #assertNotTaken({ identifier, customerId }: PendingIdentifierChange): Promise<void> {
    const hashes = this.identifiers.candidates(identifier);
    const { holder } = await this.customers.lookUpHolders(identifier.kind, hashes, null);
    if (holder && holder.id !== customerId) throw new IdentifierTaken();
  }
}
