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

/** Who confirms, and from where. */
export interface ConfirmingSession {
  /** The session that goes on; all others end. */
  readonly sessionId: string;
  /** Source prefix. */
  readonly source: string;
}

/** Puts a proven identifier into its place. Inside the caller's unit of work: all of it or nothing. */
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
   * @throws ChangeCodeExpired when another request took its place, or all sessions were ended since it was asked for
   * @throws IdentifierTaken
   */
  async applyChange(change: PendingIdentifierChange, { sessionId, source }: ConfirmingSession): Promise<CustomerView> {
    const { customerId: id, identifier } = change;
    if (!(await this.pending.remove(change))) throw new ChangeCodeExpired();
    const owner = await this.updater.getCustomer(id, null);
    await this.#assertNotTaken(change);
    const view = await this.#write(owner, change, { by: id, source });
    const lost = owner.identifiers.find(({ kind }) => kind === identifier.kind);
    if (lost) await this.names.remove(id, this.identifiers.candidates(lost));
    await this.names.add(id, this.identifiers.hash(identifier));
    if (!(await this.signIns.endOtherSessions(id, sessionId, change.generation, source))) throw new ChangeCodeExpired();
    this.afterCommit.runAfterCommit(() =>
      this.notices.enqueueNotices(owner, { what: 'changed', kind: identifier.kind }),
    );
    return view;
  }

  /** The new record and the fact that it is another identifier: two facts, each with a version and an event of its own. */
  async #write(owner: Customer, { identifier }: PendingIdentifierChange, ordered: { by: string; source: string }) {
    const after = owner.setIdentifier(identifier, this.updater.now);
    const updated = (view: CustomerView, before: CustomerView) => CustomerUpdatedV1.of(view, before);
    await this.updater.saveChange(owner, { after, event: updated, action: 'customer.updated' }, ordered);
    const told = after.incrementVersion(this.updater.now);
    const event = (view: CustomerView) => CustomerIdentifierChangedV1.of(view, identifier.kind);
    return this.updater.saveChange(after, { after: told, event, action: 'customer.identifier_changed' }, ordered);
  }

  /** Under every key of the ring: the index knows them apart. */
  async #assertNotTaken({ identifier, customerId }: PendingIdentifierChange): Promise<void> {
    const hashes = this.identifiers.candidates(identifier);
    const { holder } = await this.customers.lookUpHolders(identifier.kind, hashes, null);
    if (holder && holder.id !== customerId) throw new IdentifierTaken();
  }
}
