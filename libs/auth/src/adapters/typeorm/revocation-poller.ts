import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Database, NOW_MS } from '#platform/database';
import type { TokenClaims } from '../../application/ports.js';
import { type Revocation, RevocationList } from '../../domain/revocation-list.js';
import { RevocationHints } from '../redis/revocation-hints.js';

const POLL_INTERVAL_MS = 400;
/** When the last poll is older, the database is queried for the token itself. */
const MAX_POLL_AGE_MS = 1_000;
/** Longer than any transaction: a revocation becomes visible when it commits, not when it is written. */
const COMMIT_OVERLAP_MS = 30_000;
/** Polling stops after this time without a token to check. */
const IDLE_TIMEOUT_MS = 10_000;

interface RevocationRow {
  readonly customer_id: string;
  readonly session_id: string | null;
  readonly generation: number | null;
  readonly kept_session_id: string | null;
  readonly revoked_ms: number | string;
  readonly life_ms: number | string;
  readonly now_ms: number | string;
}

/**
 * Keeps all unexpired revocations in memory and polls every 400 ms. A token that was revoked on any replica is rejected
 * here within one second, with or without the Redis hint.
 */
@Injectable()
export class RevocationPoller implements OnApplicationShutdown {
  readonly #list = new RevocationList();
  readonly #pollSql: string;
  readonly #tokenSql: string;
  #polledAt = Number.NEGATIVE_INFINITY;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #since = 0;
  #timer: NodeJS.Timeout | undefined;
  #polling: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly hints: RevocationHints,
  ) {
    const now = NOW_MS[database.dialect];
    this.#pollSql = `select customer_id, session_id, generation, kept_session_id, revoked_ms, expires_ms - ${now} as life_ms, ${now} as now_ms
      from auth_revocations where revoked_ms > ? and expires_ms > ${now}`;
    this.#tokenSql = `select customer_id, session_id, generation, kept_session_id, revoked_ms, expires_ms - ${now} as life_ms, ${now} as now_ms
      from auth_revocations where session_id = ? or (customer_id = ? and session_id is null)`;
    hints.onHint(() => void this.#poll().catch(() => undefined));
  }

  /** @throws Unavailable when the database cannot be queried */
  async isRevoked(claims: TokenClaims): Promise<boolean> {
    const checkedAt = performance.now();
    this.#checkedAt = checkedAt;
    this.#timer ??= this.#schedule();
    if (checkedAt - this.#polledAt <= MAX_POLL_AGE_MS) return this.#list.isRevoked(claims);
    const rows = await this.database.query<RevocationRow>(this.#tokenSql, [claims.sessionId, claims.customerId]);
    this.#addRows(rows);
    return this.#list.isRevoked(claims);
  }

  /** Adds a revocation of this process and notifies the other replicas. */
  addRevocation(revocation: Revocation): void {
    this.#list.add(revocation);
    this.hints.publishHint();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  #schedule(): NodeJS.Timeout {
    void this.#poll().catch(() => undefined);
    return setInterval(() => this.#tick(), POLL_INTERVAL_MS).unref();
  }

  #tick(): void {
    if (performance.now() - this.#checkedAt < IDLE_TIMEOUT_MS) return void this.#poll().catch(() => undefined);
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Runs one poll at a time. The age of a successful poll counts from its start. */
  #poll(): Promise<void> {
    this.#polling ??= this.#pollNow().finally(() => {
      this.#polling = undefined;
    });
    return this.#polling;
  }

  async #pollNow(): Promise<void> {
    const startedAt = performance.now();
    const rows = await this.database.query<RevocationRow>(this.#pollSql, [this.#since]);
    this.#addRows(rows);
    const newest = Math.max(0, ...rows.map((row) => Number(row.revoked_ms)));
    this.#since = Math.max(this.#since, newest - COMMIT_OVERLAP_MS);
    this.#polledAt = startedAt;
    this.#list.removeExpired(Date.now());
  }

  #addRows(rows: readonly RevocationRow[]): void {
    for (const row of rows) {
      const { customer_id: customerId, session_id: sessionId, kept_session_id: kept } = row;
      const generation = row.generation === null ? null : Number(row.generation);
      this.#list.add({ customerId, sessionId, generation, kept, expiresAt: Date.now() + Number(row.life_ms) });
    }
  }
}
