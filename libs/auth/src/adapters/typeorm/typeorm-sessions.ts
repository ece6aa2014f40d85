import { Injectable } from '@nestjs/common';
import { type AuditEntry, Clock, Ids } from '#kernel';
import { AUDIT_LOG_TABLE, toAuditRow } from '#platform/audit';
import { Database, NOW_MS, type Sql } from '#platform/database';
import { type NewSession, type SessionLookup, Sessions } from '../../application/ports.js';
import type { PresentedToken } from '../../domain/session.js';
import { type SelectedSubjectRow, SUBJECT_COLUMNS, toSubject } from './typeorm-subjects.js';

/** Uses database time, so that replicas with different clocks agree on what a repeat is. */
@Injectable()
export class TypeOrmSessions extends Sessions {
  readonly #now: string;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {
    super();
    this.#now = NOW_MS[database.dialect];
  }

  async createSession({ id, customerId, generation, currentHash, scope, source, lifeMs }: NewSession): Promise<void> {
    const sql = `insert into auth_sessions (id, customer_id, generation, turn, current_hash, rotated_ms, expires_ms,
        revoked_ms, scope, source, created_at, used_at)
      values (?, ?, ?, 0, ?, ${this.#now}, ${this.#now} + ?, 0, ?, ?, ?, ?)`;
    const now = this.clock.now();
    await this.database.execute(sql, [id, customerId, generation, currentHash, lifeMs, scope, source, now, now]);
  }

  async findById(id: string): Promise<SessionLookup | null> {
    const sql = `select a.id as id, a.generation as session_generation, a.turn as turn, a.current_hash as current_hash,
        a.previous_hash as previous_hash, a.rotated_ms as rotated_ms, a.expires_ms as expires_ms,
        a.revoked_ms as revoked_ms, a.scope as scope, a.source as source, a.created_at as created_at,
        a.refused_ms as refused_ms, a.repeated_turn as repeated_turn, ${this.#now} as now_ms, ${SUBJECT_COLUMNS}
      from auth_sessions a join auth_subjects s on s.customer_id = a.customer_id where a.id = ?`;
    const [row] = await this.database.query<SessionSubjectRow>(sql, [id]);
    return row ? toSessionLookup(row) : null;
  }

  async rotateToken(
    id: string,
    { turn, hash }: PresentedToken,
    childHash: string,
    lifeMs: number,
    line: AuditEntry,
  ): Promise<boolean> {
    const now = this.clock.now();
    const sql = `update auth_sessions set turn = turn + 1, previous_hash = current_hash, current_hash = ?,
        rotated_ms = ${this.#now}, expires_ms = ${this.#now} + ?, used_at = ?
      where id = ? and turn = ? and current_hash = ? and revoked_ms = 0`;
    const change = { sql, values: [childHash, lifeMs, now, id, turn, hash] };
    return this.database.executeAndInsert(change, AUDIT_LOG_TABLE, toAuditRow(line, this.ids.next(), now));
  }

  async recordRefusal(id: string, everyMs: number, line: AuditEntry): Promise<boolean> {
    const sql = `update auth_sessions set refused_ms = ${this.#now} where id = ? and refused_ms <= ${this.#now} - ?`;
    return this.#recordOnce({ sql, values: [id, everyMs] }, line);
  }

  async recordRepeat(id: string, turn: number, line: AuditEntry): Promise<boolean> {
    const sql = 'update auth_sessions set repeated_turn = ? where id = ? and turn = ? and repeated_turn <> ?';
    return this.#recordOnce({ sql, values: [turn, id, turn, turn] }, line);
  }

  #recordOnce(change: Sql, line: AuditEntry): Promise<boolean> {
    return this.database.executeAndInsert(change, AUDIT_LOG_TABLE, toAuditRow(line, this.ids.next(), this.clock.now()));
  }

  async endSession(id: string): Promise<boolean> {
    const sql = `update auth_sessions set revoked_ms = ${this.#now} where id = ? and revoked_ms = 0`;
    return (await this.database.execute(sql, [id])) > 0;
  }

  async endAllByCustomer(customerId: string, kept: string | null, generation: number): Promise<void> {
    if (kept !== null) {
      const updateKept = 'update auth_sessions set generation = ? where id = ? and customer_id = ?';
      await this.database.execute(updateKept, [generation, kept, customerId]);
    }
    const sql = `update auth_sessions set revoked_ms = ${this.#now} where customer_id = ? and revoked_ms = 0`;
    const exceptKept = kept === null ? '' : ' and id <> ?';
    await this.database.execute(sql + exceptKept, kept === null ? [customerId] : [customerId, kept]);
  }
}

type SessionSubjectRow = SelectedSubjectRow & {
  readonly id: string;
  readonly current_hash: string;
  readonly previous_hash: string | null;
  readonly scope: string;
  readonly source: string;
  readonly created_at: Date;
} & Readonly<
    Record<
      | ('session_generation' | 'turn' | 'rotated_ms' | 'expires_ms' | 'revoked_ms' | 'now_ms')
      | ('refused_ms' | 'repeated_turn'),
      number | string
    >
  >;

const toSessionLookup = (row: SessionSubjectRow): SessionLookup => ({
  subject: toSubject(row),
  now: Number(row.now_ms),
  refusalRecordedAt: Number(row.refused_ms),
  repeatRecordedTurn: Number(row.repeated_turn),
  session: {
    id: row.id,
    customerId: row.customer_id,
    generation: Number(row.session_generation),
    turn: Number(row.turn),
    currentHash: row.current_hash,
    previousHash: row.previous_hash,
    rotatedAt: Number(row.rotated_ms),
    expiresAt: Number(row.expires_ms),
    revoked: Number(row.revoked_ms) > 0,
    scope: row.scope,
    source: row.source,
    createdAt: row.created_at,
  },
});
