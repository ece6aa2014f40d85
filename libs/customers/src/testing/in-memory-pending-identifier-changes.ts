import { type Participant, restoring } from '#kernel/testing';
import { PendingIdentifierChanges } from '../application/identifier-change-ports.js';
import type { PendingIdentifierChange } from '../domain/pending-identifier-change.js';

/** Passes the contract of `PendingIdentifierChanges`. */
export class InMemoryPendingIdentifierChanges extends PendingIdentifierChanges implements Participant {
  readonly #changes = new Map<string, PendingIdentifierChange>();

  override async save(change: PendingIdentifierChange): Promise<void> {
    this.#changes.set(change.customerId, change);
  }

  override async find(customerId: string): Promise<PendingIdentifierChange | null> {
    return this.#changes.get(customerId) ?? null;
  }

  override async remove({ customerId, id }: Pick<PendingIdentifierChange, 'id' | 'customerId'>): Promise<boolean> {
    return this.#changes.get(customerId)?.id === id && this.#changes.delete(customerId);
  }

  checkpoint(): () => void {
    return restoring(this.#changes);
  }
}
