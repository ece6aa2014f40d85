export interface Revocation {
  readonly customerId: string;
  /** Null: every session of the customer that is of an earlier generation. */
  readonly sessionId: string | null;
  readonly generation: number | null;
  /** A session of the customer that goes on all the same. */
  readonly kept: string | null;
  /** Unix milliseconds, by the clock of this process. */
  readonly expiresAt: number;
}

interface TokenIdentity {
  readonly customerId: string;
  readonly sessionId: string;
  readonly generation: number;
}

interface CustomerRevocation {
  readonly generation: number;
  readonly kept: string | null;
  readonly expiresAt: number;
}

/** By session id and by generation, never by comparing times. */
export class RevocationList {
  readonly #sessions = new Map<string, number>();
  readonly #customers = new Map<string, CustomerRevocation>();

  get size(): number {
    return this.#sessions.size + this.#customers.size;
  }

  add({ customerId, sessionId, generation, kept, expiresAt }: Revocation): void {
    if (sessionId !== null) this.#sessions.set(sessionId, expiresAt);
    else if ((this.#customers.get(customerId)?.generation ?? -1) < (generation ?? 0))
      this.#customers.set(customerId, { generation: generation ?? 0, kept, expiresAt });
  }

  isRevoked({ customerId, sessionId, generation }: TokenIdentity): boolean {
    if (this.#sessions.has(sessionId)) return true;
    const all = this.#customers.get(customerId);
    return all !== undefined && generation < all.generation && sessionId !== all.kept;
  }

  /** What has expired concerns no token that is within its time. */
  removeExpired(now: number): void {
    for (const [id, expiresAt] of this.#sessions) if (expiresAt <= now) this.#sessions.delete(id);
    for (const [id, { expiresAt }] of this.#customers) if (expiresAt <= now) this.#customers.delete(id);
  }
}
