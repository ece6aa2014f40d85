import type { AuditEntry, AuditTrail, Clock } from '#kernel';
import { RecordingAuditTrail } from '#kernel/testing';
import { type NewSession, type SessionLookup, Sessions, type Subjects } from '../application/ports.js';
import type { PresentedToken, SessionState } from '../domain/session.js';

/** Passes the contract of `Sessions`, without transactions. */
export class InMemorySessions extends Sessions {
  readonly states = new Map<string, SessionState>();
  readonly #refusals = new Map<string, number>();
  readonly #repeats = new Map<string, number>();

  constructor(
    private readonly subjects: Subjects,
    private readonly clock: Clock,
    private readonly audit: AuditTrail = new RecordingAuditTrail(),
  ) {
    super();
  }

  override async createSession({ lifeMs, ...session }: NewSession): Promise<void> {
    const now = this.#now;
    const fresh = { turn: 0, previousHash: null, rotatedAt: now, expiresAt: now + lifeMs, revoked: false };
    const createdAt = this.clock.now();
    this.states.set(session.id, { ...session, ...fresh, createdAt });
  }

  override async findById(id: string): Promise<SessionLookup | null> {
    const session = this.states.get(id);
    const subject = session && (await this.subjects.findById(session.customerId));
    if (!session || !subject) return null;
    const refusalRecordedAt = this.#refusals.get(id) ?? 0;
    return { session, subject, now: this.#now, refusalRecordedAt, repeatRecordedTurn: this.#repeats.get(id) ?? -1 };
  }

  override async rotateToken(
    id: string,
    from: PresentedToken,
    childHash: string,
    lifeMs: number,
    line: AuditEntry,
  ): Promise<boolean> {
    const state = this.states.get(id);
    if (!state || state.revoked || state.turn !== from.turn || state.currentHash !== from.hash) return false;
    const [now, previousHash] = [this.#now, state.currentHash];
    const next = {
      turn: state.turn + 1,
      previousHash,
      currentHash: childHash,
      rotatedAt: now,
      expiresAt: now + lifeMs,
    };
    this.states.set(id, { ...state, ...next });
    await this.audit.record(line);
    return true;
  }

  override async recordRefusal(id: string, everyMs: number, line: AuditEntry): Promise<boolean> {
    if (!this.states.has(id) || (this.#refusals.get(id) ?? 0) > this.#now - everyMs) return false;
    this.#refusals.set(id, this.#now);
    await this.audit.record(line);
    return true;
  }

  override async recordRepeat(id: string, turn: number, line: AuditEntry): Promise<boolean> {
    if (this.states.get(id)?.turn !== turn || this.#repeats.get(id) === turn) return false;
    this.#repeats.set(id, turn);
    await this.audit.record(line);
    return true;
  }

  override async endSession(id: string): Promise<boolean> {
    const state = this.states.get(id);
    if (!state || state.revoked) return false;
    this.states.set(id, { ...state, revoked: true });
    return true;
  }

  override async endAllByCustomer(customerId: string, kept: string | null, generation: number): Promise<void> {
    for (const [id, state] of this.states) {
      if (state.customerId !== customerId) continue;
      this.states.set(id, id === kept ? { ...state, generation } : { ...state, revoked: true });
    }
  }

  get #now(): number {
    return this.clock.now().getTime();
  }
}
