import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Database, NOW_MS } from '#platform';
import type { TokenClaims } from '../../application/ports.js';
import { type Revocation, RevocationList } from '../../domain/revocation-list.js';
import { RevocationHints } from '../redis/revocation-hints.js';

const READ_EVERY_MS = 400;
/** A read that is older says nothing certain: the database is asked for the token itself. */
const CERTAIN_MS = 1_000;
/** Longer than any transaction of ours: a revocation becomes visible when it commits, not when it was written. */
const OVERLAP_MS = 30_000;
/** Without tokens to look at, nothing is read. */
const IDLE_MS = 10_000;

interface Row {
  readonly customer_id: string;
  readonly session_id: string | null;
  readonly generation: number | null;
  readonly kept_session_id: string | null;
  readonly revoked_ms: number | string;
  readonly life_ms: number | string;
  readonly now_ms: number | string;
}

/**
 * Every revocation that is still of interest, in memory, read every 400 ms: a token that was revoked anywhere is refused
 * here within a second, whether or not Redis carried the hint.
 */
@Injectable()
export class RevocationWatch implements OnApplicationShutdown {
  readonly #list = new RevocationList();
  readonly #select: string;
  readonly #one: string;
  #readAt = Number.NEGATIVE_INFINITY;
  #askedAt = Number.NEGATIVE_INFINITY;
  #since = 0;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly hints: RevocationHints,
  ) {
    const now = NOW_MS[database.dialect];
    this.#select = `select customer_id, session_id, generation, kept_session_id, revoked_ms, expires_ms - ${now} as life_ms, ${now} as now_ms
      from auth_revocations where revoked_ms > ? and expires_ms > ${now}`;
    this.#one = `select customer_id, session_id, generation, kept_session_id, revoked_ms, expires_ms - ${now} as life_ms, ${now} as now_ms
      from auth_revocations where session_id = ? or (customer_id = ? and session_id is null)`;
    hints.onHint(() => void this.#read().catch(() => undefined));
  }

  /** @throws Unavailable when nobody can tell */
  async isRevoked(claims: TokenClaims): Promise<boolean> {
    const asked = performance.now();
    this.#askedAt = asked;
    this.#timer ??= this.#schedule();
    if (asked - this.#readAt <= CERTAIN_MS) return this.#list.refuses(claims);
    const rows = await this.database.query<Row>(this.#one, [claims.sessionId, claims.customerId]);
    this.#learn(rows);
    return this.#list.refuses(claims);
  }

  /** What this process has revoked itself, and others may want to look for. */
  learn(revocation: Revocation): void {
    this.#list.add(revocation);
    this.hints.give();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  #schedule(): NodeJS.Timeout {
    void this.#read().catch(() => undefined);
    return setInterval(() => this.#tick(), READ_EVERY_MS).unref();
  }

  #tick(): void {
    if (performance.now() - this.#askedAt < IDLE_MS) return void this.#read().catch(() => undefined);
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** One at a time. A good read counts from its beginning. */
  #read(): Promise<void> {
    this.#reading ??= this.#readNow().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readNow(): Promise<void> {
    const begun = performance.now();
    const rows = await this.database.query<Row>(this.#select, [this.#since]);
    this.#learn(rows);
    const newest = Math.max(0, ...rows.map((row) => Number(row.revoked_ms)));
    this.#since = Math.max(this.#since, newest - OVERLAP_MS);
    this.#readAt = begun;
    this.#list.forget(Date.now());
  }

  #learn(rows: readonly Row[]): void {
    for (const row of rows) {
      const { customer_id: customerId, session_id: sessionId, kept_session_id: kept } = row;
      const generation = row.generation === null ? null : Number(row.generation);
      this.#list.add({ customerId, sessionId, generation, kept, expiresAt: Date.now() + Number(row.life_ms) });
    }
  }
}
