import type { Participant } from '#kernel/testing';
import { type KeyAssignment, type RegistrationKey, RegistrationKeys } from '../application/ports.js';

interface Row extends RegistrationKey {
  readonly provenAt: number | null;
}

/** Passes the contract of `RegistrationKeys`. */
export class InMemoryRegistrationKeys extends RegistrationKeys implements Participant {
  #rows = new Map<string, Row>();
  #lost = new Map<string, number>();

  override async find(hashes: readonly string[]): Promise<RegistrationKey | null> {
    const row = this.#row(hashes);
    return row ? { customerId: row.customerId, sequence: row.sequence } : null;
  }

  override async lockAndIncrement(
    hashes: readonly string[],
    proposed: string,
    lost: string | null,
  ): Promise<RegistrationKey> {
    const standing = this.#row(hashes);
    const isFresh = !standing || standing.customerId === lost;
    const key = isFresh
      ? { customerId: proposed, sequence: 1 }
      : { customerId: standing.customerId, sequence: standing.sequence + 1 };
    this.#rows.set(this.#placeOf(hashes), { ...key, provenAt: isFresh ? null : standing.provenAt });
    return key;
  }

  override async lockAndMarkProven(hashes: readonly string[]): Promise<RegistrationKey | null> {
    const row = this.#row(hashes);
    if (row) this.#rows.set(this.#placeOf(hashes), { ...row, provenAt: 1 });
    return this.find(hashes);
  }

  override async assign(hashes: readonly string[], customerId: string): Promise<void> {
    const row = this.#row(hashes);
    const sequence = row?.customerId === customerId ? row.sequence : (this.#lost.get(customerId) ?? 0);
    this.#rows.set(this.#placeOf(hashes), { customerId, sequence, provenAt: 1 });
  }

  override async assignAll(assignments: readonly KeyAssignment[]): Promise<readonly KeyAssignment[]> {
    const keyed = assignments.filter(({ hashes }) => this.#row(hashes));
    for (const { hashes, customerId } of assignments) await this.assign(hashes, customerId);
    return keyed;
  }

  override async reassign(hashes: readonly string[], fresh: string): Promise<void> {
    const row = this.#row(hashes);
    if (row) this.#lost.set(row.customerId, row.sequence);
    this.#rows.set(this.#placeOf(hashes), { customerId: fresh, sequence: 0, provenAt: null });
  }

  override async forgetCustomer(hashes: readonly string[], customerId: string): Promise<void> {
    const row = this.#row(hashes);
    if (row && (row.sequence === 0 || row.customerId === customerId)) this.#rows.delete(this.#placeOf(hashes));
    this.#lost.delete(customerId);
  }

  checkpoint(): () => void {
    const kept = new Map(this.#rows);
    const lost = new Map(this.#lost);
    return () => {
      this.#lost = lost;
      this.#rows = kept;
    };
  }

  #placeOf(hashes: readonly string[]): string {
    return hashes.find((hash) => this.#rows.has(hash)) ?? hashes[0] ?? '';
  }

  #row(hashes: readonly string[]): Row | undefined {
    return this.#rows.get(this.#placeOf(hashes));
  }
}
