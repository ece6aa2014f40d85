import { type RegistrationKey, RegistrationKeys } from '../application/ports.js';
import type { Participant } from './in-memory-unit-of-work.js';

interface Row extends RegistrationKey {
  readonly provenAt: number | null;
}

/** Passes the contract of `RegistrationKeys`. */
export class InMemoryRegistrationKeys extends RegistrationKeys implements Participant {
  #rows = new Map<string, Row>();

  override async find(hashes: readonly string[]): Promise<RegistrationKey | null> {
    const row = this.#row(hashes);
    return row ? { customerId: row.customerId, sequence: row.sequence } : null;
  }

  override async reserve(hashes: readonly string[], proposed: string): Promise<string> {
    const standing = this.#row(hashes);
    if (!standing) this.#rows.set(this.#placeOf(hashes), { customerId: proposed, sequence: 0, provenAt: null });
    return standing?.customerId ?? proposed;
  }

  override async hold(hashes: readonly string[], proposed: string, lost: string | null): Promise<RegistrationKey> {
    const standing = this.#row(hashes);
    const isFresh = !standing || standing.customerId === lost;
    const key = isFresh
      ? { customerId: proposed, sequence: 1 }
      : { customerId: standing.customerId, sequence: standing.sequence + 1 };
    this.#rows.set(this.#placeOf(hashes), { ...key, provenAt: isFresh ? null : standing.provenAt });
    return key;
  }

  override async prove(hashes: readonly string[]): Promise<RegistrationKey | null> {
    const row = this.#row(hashes);
    if (row) this.#rows.set(this.#placeOf(hashes), { ...row, provenAt: 1 });
    return this.find(hashes);
  }

  checkpoint(): () => void {
    const kept = new Map(this.#rows);
    return () => {
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
