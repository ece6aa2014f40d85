import type { SubjectErasure } from '#auth';
import type { GuessErasure } from '#codes';
import type { EventErasure, Identifier, IdentifierHasher, UnitOfWork } from '#kernel';
import { CustomerErasedV1 } from '../../events.js';
import type { IdentifierAssignmentListeners } from '../../facade.js';
import type { PendingIdentifierChanges } from '../identifier-change-ports.js';
import type { Customers } from '../ports.js';
import type { Actor, CustomerUpdater } from './customer-updater.js';

/** Event fields with personal data. */
const PERSONAL_EVENT_FIELDS = ['email', 'phone', 'firstName', 'lastName'];

/** Removes personal data from every table. A tombstone and audit entries with ids and keyed hashes remain. */
export class CustomerEraser {
  constructor(
    private readonly work: UnitOfWork,
    private readonly updater: CustomerUpdater,
    private readonly customers: Customers,
    private readonly changes: PendingIdentifierChanges,
    private readonly subjects: SubjectErasure,
    private readonly guesses: GuessErasure,
    private readonly events: EventErasure,
    private readonly listeners: IdentifierAssignmentListeners,
    private readonly identifiers: IdentifierHasher,
  ) {}

  /**
   * @param version the version that the caller has read; null skips the check
   * @throws CustomerNotFound, CustomerChanged
   */
  async erase(id: string, version: number | null, actor: Actor): Promise<void> {
    await this.work.run(async () => {
      const customer = await this.updater.getCustomerOrDeleted(id, version);
      const after = customer.erase(this.updater.now);
      const event = (view: ConstructorParameters<typeof CustomerErasedV1>[0]) => new CustomerErasedV1(view);
      await this.updater.saveChange(customer, { after, event, action: 'customer.erased' }, actor);
      await this.events.erase('customer', id, PERSONAL_EVENT_FIELDS);
      const pending = await this.changes.find(id);
      if (pending) await this.changes.remove(pending);
      const released = await this.#findReleased(customer.knownIdentifiers);
      const names = released.flatMap((identifier) => this.identifiers.candidates(identifier));
      await this.subjects.eraseSubject(id, names, actor.by);
      if (names.length > 0) await this.guesses.eraseGuesses(names);
      await this.listeners.notifyErased(id, released);
    });
  }

  /** Excludes identifiers of a deleted customer that belong to another customer now. */
  async #findReleased(identifiers: readonly Identifier[]): Promise<readonly Identifier[]> {
    const taken = await Promise.all(identifiers.map((identifier) => this.#isTaken(identifier)));
    return identifiers.filter((_, index) => !taken[index]);
  }

  async #isTaken(identifier: Identifier): Promise<boolean> {
    const hashes = this.identifiers.candidates(identifier);
    return (await this.customers.lookUpHolders(identifier.kind, hashes, null)).holder !== null;
  }
}
