import { type IdentifierAssignment, IdentifierAssignmentListener } from '#customers';
import type { AfterCommit, Identifier, IdentifierHasher, Ids } from '#kernel';
import type { AttemptStore, KeyAssignment, RegistrationKeys } from '../ports.js';

/**
 * Points the key of an identifier to whoever gets it, and of one that was lost to a fresh id. Every attempt of before bears
 * another id than its key then, and is refused for good, whether or not it could be removed.
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

  async beforeAssignment(moves: readonly IdentifierAssignment[]): Promise<void> {
    const gifts = moves.flatMap(({ identifier, holderId }) =>
      holderId === null ? [] : [{ hashes: this.identifiers.candidates(identifier), customerId: holderId }],
    );
    if (gifts.length === moves.length) return this.#assignAll(gifts);
    for (const move of moves) await this.#updateKey(move);
  }

  async onCustomerErased(customerId: string, identifiers: readonly Identifier[]): Promise<void> {
    for (const one of identifiers) await this.keys.forgetCustomer(this.identifiers.candidates(one), customerId);
  }

  async #updateKey({ identifier, holderId }: IdentifierAssignment): Promise<void> {
    const hashes = this.identifiers.candidates(identifier);
    if (holderId === null) await this.keys.reassign(hashes, this.ids.opaque());
    else await this.keys.assign(hashes, holderId);
    this.afterCommit.runAfterCommit(() => this.#removeStaleAttempts(hashes));
  }

  async #assignAll(gifts: readonly KeyAssignment[]): Promise<void> {
    // What is placed before its key is there finds this one, and is refused by it.
    for (const { hashes } of await this.keys.assignAll(gifts))
      this.afterCommit.runAfterCommit(() => this.#removeStaleAttempts(hashes));
  }

  /** Somebody may have begun anew since. */
  async #removeStaleAttempts(hashes: readonly string[]): Promise<void> {
    const key = await this.keys.find(hashes);
    if (key) await Promise.all(hashes.map((hash) => this.attempts.removeOthers(hash, key.customerId)));
  }
}
