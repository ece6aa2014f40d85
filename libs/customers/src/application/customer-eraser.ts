import type { SubjectErasure } from '#auth';
import type { GuessErasure } from '#codes';
import type { EventErasure, Identifier, IdentifierHasher, UnitOfWork } from '#kernel';
import { CustomerErasedV1 } from '../events.js';
import type { IdentifierWatchers } from '../facade.js';
import type { PendingChanges } from './change-ports.js';
import type { CustomerRecord, Ordered } from './customer-record.js';
import type { Customers } from './ports.js';

/** Members of events that tell of a person. */
const PERSONAL = ['email', 'phone', 'firstName', 'lastName'];

/** Takes a person out of every table. A tombstone stays, and lines of the audit trail with ids and keyed hashes. */
export class CustomerEraser {
  constructor(
    private readonly work: UnitOfWork,
    private readonly record: CustomerRecord,
    private readonly customers: Customers,
    private readonly changes: PendingChanges,
    private readonly subjects: SubjectErasure,
    private readonly guesses: GuessErasure,
    private readonly events: EventErasure,
    private readonly watchers: IdentifierWatchers,
    private readonly identifiers: IdentifierHasher,
  ) {}

  /**
   * @param version that the caller has read; null for whatever there is
   * @throws CustomerNotFound, CustomerChanged
   */
  async erase(id: string, version: number | null, ordered: Ordered): Promise<void> {
    await this.work.run(async () => {
      const customer = await this.record.known(id, version);
      const after = customer.erase(this.record.now);
      const event = (view: ConstructorParameters<typeof CustomerErasedV1>[0]) => new CustomerErasedV1(view);
      await this.record.write(customer, { after, event, action: 'customer.erased' }, ordered);
      await this.events.erase('customer', id, PERSONAL);
      const pending = await this.changes.find(id);
      if (pending) await this.changes.remove(pending);
      const nobodys = await this.#nobodys(customer.knownIdentifiers);
      const names = nobodys.flatMap((identifier) => this.identifiers.candidates(identifier));
      await this.subjects.erase(id, names, ordered.by);
      if (names.length > 0) await this.guesses.forget(names);
      await this.watchers.tellErased(id, nobodys);
    });
  }

  /** What a deleted customer had may be another's by now, and is his affair. */
  async #nobodys(identifiers: readonly Identifier[]): Promise<readonly Identifier[]> {
    const found = await Promise.all(identifiers.map((one) => this.#isHeld(one)));
    return identifiers.filter((_, at) => !found[at]);
  }

  async #isHeld(identifier: Identifier): Promise<boolean> {
    const hashes = this.identifiers.candidates(identifier);
    return (await this.customers.lookUp(identifier.kind, hashes, null)).holder !== null;
  }
}
