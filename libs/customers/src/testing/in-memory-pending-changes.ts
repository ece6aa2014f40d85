import { type Participant, restoring } from '#kernel/testing';
import { PendingChanges } from '../application/change-ports.js';
import type { PendingChange } from '../domain/identifier-change.js';

/** Passes the contract of `PendingChanges`. */
export class InMemoryPendingChanges extends PendingChanges implements Participant {
  readonly #changes = new Map<string, PendingChange>();

  override async put(change: PendingChange): Promise<void> {
    this.#changes.set(change.customerId, change);
  }

  override async find(customerId: string): Promise<PendingChange | null> {
    return this.#changes.get(customerId) ?? null;
  }

  override async remove({ customerId, id }: Pick<PendingChange, 'id' | 'customerId'>): Promise<boolean> {
    return this.#changes.get(customerId)?.id === id && this.#changes.delete(customerId);
  }

  checkpoint(): () => void {
    return restoring(this.#changes);
  }
}
