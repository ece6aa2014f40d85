import { type IdentifierAssignment, IdentifierAssignmentListener } from '#customers';
import type { AfterCommit, Identifier, IdentifierHasher, Ids } from '#kernel';
import type { AttemptStore, KeyAssignment, RegistrationKeys } from '../ports.js';

/**
 * Assigns the key of an identifier to its new owner, and the key of a lost identifier to a fresh id. Earlier attempts then have
 * another id than their key and can no longer be activated, even if they could not be removed.
 */
export class IdentifierOwnershipListener extends IdentifierAssignmentListener {
  constructor(
    private readonly keys: RegistrationKeys,
    private readonly attempts: AttemptStore,
    private readonly identifiers: IdentifierHasher,
    private readonly ids: Ids,
    private readonly afterCommit: AfterCommit,
  ) {
    super();
  }

  async beforeAssignment(changes: readonly IdentifierAssignment[]): Promise<void> {
    const assignments = changes.flatMap(({ identifier, holderId }) =>
      holderId === null ? [] : [{ hashes: this.identifiers.candidates(identifier), customerId: holderId }],
    );
    if (assignments.length === changes.length) return this.#assignAll(assignments);
    for (const change of changes) await this.#updateKey(change);
  }

  async onCustomerErased(customerId: string, identifiers: readonly Identifier[]): Promise<void> {
    for (const identifier of identifiers)
      await this.keys.forgetCustomer(this.identifiers.candidates(identifier), customerId);
  }

  async #updateKey({ identifier, holderId }: IdentifierAssignment): Promise<void> {
    const hashes = this.identifiers.candidates(identifier);
    if (holderId === null) await this.keys.reassign(hashes, this.ids.opaque());
    else await this.keys.assign(hashes, holderId);
    this.afterCommit.runAfterCommit(() => this.#removeStaleAttempts(hashes));
  }

  async #assignAll(assignments: readonly KeyAssignment[]): Promise<void> {
    // An attempt without a key finds this key when it starts and cannot be activated.
    for (const { hashes } of await this.keys.assignAll(assignments))
      this.afterCommit.runAfterCommit(() => this.#removeStaleAttempts(hashes));
  }

  /** Keeps the attempts of a registration that has started since. */
  async #removeStaleAttempts(hashes: readonly string[]): Promise<void> {
    const key = await this.keys.find(hashes);
    if (key) await Promise.all(hashes.map((hash) => this.attempts.removeOthers(hash, key.customerId)));
  }
}
