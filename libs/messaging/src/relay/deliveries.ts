import { Injectable } from '@nestjs/common';
import { Ids } from '#kernel';
import { Database, limit, NOW_MS } from '#platform';
import type { EventEnvelope } from '../publishers/event-publisher.js';

/** An event that this process may publish now, and nobody else. */
export interface LeasedDelivery extends EventEnvelope {
  readonly deliveryId: string;
  readonly attempts: number;
}

/** The events of one aggregate, in order. */
export type Run = readonly LeasedDelivery[];

export interface Lease {
  readonly token: string;
  readonly runs: readonly Run[];
}

export const LEASE_MS = 30_000;
const AGGREGATES = 100;
const RUN_LENGTH = 100;

/**
 * What publishers have still to take. A lease covers one *aggregate*: whoever holds the first undelivered event of it also
 * holds those behind it, so order is kept without a lock and no aggregate waits for another. Time is the database's own.
 */
@Injectable()
export class Deliveries {
  readonly #now: string;

  constructor(
    private readonly database: Database,
    private readonly ids: Ids,
  ) {
    this.#now = NOW_MS[database.dialect];
  }

  async lease(publisher: string): Promise<Lease> {
    const token = this.ids.next();
    const heads = await this.#freeHeads(publisher);
    if (heads.length === 0 || !(await this.#take(heads, token))) return { token, runs: [] };
    const rows = await this.#runsOf(token);
    const followers = rows.filter((row) => !heads.includes(row.deliveryId)).map((row) => row.deliveryId);
    if (followers.length > 0) await this.#take(followers, token);
    return { token, runs: byAggregate(rows) };
  }

  /** Fenced: a process that slept through its lease takes nothing away from the one that has it now. */
  async delivered(lease: Lease, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const sql = `delete from outbox_deliveries where id in (${marks(ids)}) and lease_token = ?`;
    await this.database.execute(sql, [...ids, lease.token]);
  }

  /** The rest of a run goes back, to be tried again after so many milliseconds. */
  async giveBack(lease: Lease, ids: readonly string[], afterMs: number): Promise<void> {
    if (ids.length === 0) return;
    const sql = `update outbox_deliveries set lease_token = null, lease_until = 0, available_at = ${this.#now} + ?
      where id in (${marks(ids)}) and lease_token = ?`;
    await this.database.execute(sql, [Math.round(afterMs), ...ids, lease.token]);
  }

  /** How many events wait, and for how many seconds the oldest has. */
  async backlog(): Promise<{ readonly depth: number; readonly oldestSeconds: number }> {
    const sql = `select count(*) as depth, min(o.occurred_at) as oldest
      from outbox_deliveries d join outbox o on o.event_id = d.event_id`;
    const [row] = await this.database.query<{ depth: string | number; oldest: Date | string | null }>(sql);
    const oldestSeconds = row?.oldest ? (Date.now() - new Date(row.oldest).getTime()) / 1000 : 0;
    return { depth: Number(row?.depth ?? 0), oldestSeconds: Math.max(0, oldestSeconds) };
  }

  /** The first undelivered event of each aggregate that nobody holds. */
  async #freeHeads(publisher: string): Promise<string[]> {
    const sql = `select d.id as id from outbox_deliveries d
      where d.publisher = ? and d.available_at <= ${this.#now} and d.lease_until < ${this.#now} and not exists (
        select 1 from outbox_deliveries e where e.publisher = d.publisher and e.aggregate_type = d.aggregate_type
          and e.aggregate_id = d.aggregate_id and e.sequence < d.sequence)
      order by d.id ${limit(this.database.dialect, AGGREGATES)}`;
    const rows = await this.database.query<{ id: string | number }>(sql, [publisher]);
    return rows.map(({ id }) => String(id));
  }

  /** Compare and set: the rows that are really ours bear the token afterwards. */
  async #take(ids: readonly string[], token: string): Promise<number> {
    const sql = `update outbox_deliveries set lease_token = ?, lease_until = ${this.#now} + ${LEASE_MS}, attempts = attempts + 1
      where id in (${marks(ids)}) and lease_until < ${this.#now}`;
    return this.database.execute(sql, [token, ...ids]);
  }

  async #runsOf(token: string): Promise<LeasedDelivery[]> {
    const sql = `select d.id as id, d.attempts as attempts, o.event_id as event_id, o.type as type, o.payload as payload,
        d.aggregate_type as aggregate_type, d.aggregate_id as aggregate_id, d.sequence as sequence
      from outbox_deliveries h
      join outbox_deliveries d on d.publisher = h.publisher and d.aggregate_type = h.aggregate_type
        and d.aggregate_id = h.aggregate_id and d.sequence >= h.sequence and d.sequence < h.sequence + ${RUN_LENGTH}
      join outbox o on o.event_id = d.event_id
      where h.lease_token = ? order by d.aggregate_type, d.aggregate_id, d.sequence`;
    const rows = await this.database.query<DeliveryRow>(sql, [token]);
    return rows.map(toLeased);
  }
}

interface DeliveryRow {
  readonly id: string | number;
  readonly attempts: number;
  readonly event_id: string;
  readonly type: string;
  readonly payload: string;
  readonly aggregate_type: string;
  readonly aggregate_id: string;
  readonly sequence: number;
}

const toLeased = (row: DeliveryRow): LeasedDelivery => ({
  deliveryId: String(row.id),
  attempts: row.attempts,
  id: row.event_id,
  type: row.type,
  subject: row.aggregate_id,
  aggregateType: row.aggregate_type,
  sequence: row.sequence,
  payload: row.payload,
});

const marks = (values: readonly unknown[]): string => values.map(() => '?').join(', ');

/** The rows come in order, so a run ends where the aggregate changes. */
function byAggregate(rows: readonly LeasedDelivery[]): Run[] {
  const runs: LeasedDelivery[][] = [];
  for (const row of rows) {
    const last = runs.at(-1);
    const sameAggregate = last?.[0]?.subject === row.subject && last[0].aggregateType === row.aggregateType;
    if (last && sameAggregate) last.push(row);
    else runs.push([row]);
  }
  return runs;
}
