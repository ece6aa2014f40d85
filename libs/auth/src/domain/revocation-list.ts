export interface Revocation {
  readonly customerId: string;
  /** Null: all sessions of the customer of an earlier generation. */
  readonly sessionId: string | null;
  readonly generation: number | null;
  /** Id of a session of the customer that stays open. */
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

/** Matches tokens by session id and generation, never by time. */
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
    const revocation = this.#customers.get(customerId);
    return revocation !== undefined && generation < revocation.generation && sessionId !== revocation.kept;
  }

  /** An expired revocation only concerns expired tokens. */
  removeExpired(now: number): void {
    for (const [id, expiresAt] of this.#sessions) if (expiresAt <= now) this.#sessions.delete(id);
    for (const [id, { expiresAt }] of this.#customers) if (expiresAt <= now) this.#customers.delete(id);
  }
}
