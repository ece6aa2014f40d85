import { Injectable } from '@nestjs/common';
import { Ids } from '#kernel';
import { Database, executeInChunks, limitClause, NOW_MS, padToPowerOfTwo, placeholderList } from '#platform/database';
import { bulkPublisherKey } from '../outbox/bulk-publisher-key.js';
import type { EventEnvelope } from '../publishers/event-publisher.js';
import { type AggregateHead, AggregateHeadCursor } from './aggregate-head-cursor.js';

/** An event that this process may publish now, and nobody else. */
export interface LeasedDelivery extends EventEnvelope {
  readonly deliveryId: string;
  readonly attempts: number;
}

/** The events of one aggregate, in order. */
export type AggregateBatch = readonly LeasedDelivery[];

export interface Lease {
  readonly token: string;
  readonly batches: readonly AggregateBatch[];
  /** Aggregates were left that nobody has looked at: it is worth asking again at once. */
  readonly hasMore: boolean;
}

export const LEASE_MS = 30_000;
const MAX_AGGREGATES_PER_LEASE = 100;
const MAX_BATCH_LENGTH = 100;
const MAX_PAGES = 30;
/** Aggregates that what came in bulk never takes the place of. */
const RESERVED_FOR_LIVE = MAX_AGGREGATES_PER_LEASE / 2;
const MAX_REASON_LENGTH = 200;

/**
 * What publishers have still to take. A lease covers one *aggregate*: whoever holds the first undelivered event of it also
 * holds those behind it, so order is kept without a lock and no aggregate waits for another. Time is the database's own.
 */
@Injectable()
export class OutboxDeliveries {
  readonly #now: string;
  readonly #cursors = new Map<string, AggregateHeadCursor>();

  constructor(
    private readonly database: Database,
    private readonly ids: Ids,
  ) {
    this.#now = NOW_MS[database.dialect];
  }

  /** Which of these publishers have anything to take, held or not: one query, whatever waits. */
  async findPendingPublishers(publishers: readonly string[]): Promise<string[]> {
    if (publishers.length === 0) return [];
    const first = `(select id from outbox_deliveries where publisher = ?
      order by publisher, aggregate_type, aggregate_id, sequence ${limitClause(this.database.dialect, 1)})`;
    const publisherKeys = publishers.flatMap((publisher) => [publisher, bulkPublisherKey(publisher)]);
    const sql = `select ${publisherKeys.map((_, n) => `${first} as l${n}`).join(', ')}`;
    const [row] = await this.database.query<Readonly<Record<string, unknown>>>(sql, publisherKeys);
    return publishers.filter((_, n) => row?.[`l${2 * n}`] != null || row?.[`l${2 * n + 1}`] != null);
  }

  /**
   * What was appended in bulk comes with it where there is room to spare: half of the places are never for it.
   * @param maxAggregates at most so many of them
   */
  async lease(publisher: string, maxAggregates = MAX_AGGREGATES_PER_LEASE): Promise<Lease> {
    const token = this.ids.next();
    const { heads, more } = await this.#findHeads(publisher, maxAggregates);
    const condition = `available_at <= ${this.#now} and parked_at is null`;
    if (heads.length === 0 || (await this.#acquireLeases(heads, token, condition)) === 0)
      return { token, batches: [], hasMore: more };
    const batches = groupByAggregate(await this.#readLeasedRows(heads, token));
    const followers = batches.flatMap((run) => run.slice(1).map(({ deliveryId }) => deliveryId));
    await this.#acquireLeases(followers, token);
    return { token, batches, hasMore: true };
  }

  /** Fenced: a process that slept through its lease takes nothing away from the one that has it now. */
  async deleteDelivered(lease: Lease, ids: readonly string[]): Promise<void> {
    await executeInChunks(ids, (idChunk) => {
      const sql = `delete from outbox_deliveries where id in (${placeholderList(idChunk)}) and lease_token = ?`;
      return this.database.execute(sql, [...idChunk, lease.token]);
    });
  }

  /** The rest of a run goes back, to be tried again after so many milliseconds. */
  async release(lease: Lease, ids: readonly string[], retryAfterMs: number): Promise<void> {
    await executeInChunks(ids, (idChunk) => {
      const sql = `update outbox_deliveries set lease_token = null, lease_until = 0, available_at = ${this.#now} + ?
        where id in (${placeholderList(idChunk)}) and lease_token = ?`;
      return this.database.execute(sql, [Math.round(retryAfterMs), ...idChunk, lease.token]);
    });
  }

  /** The publisher will never take this one: it and what comes behind it in its aggregate stay until somebody decides. */
  async parkDelivery(lease: Lease, id: string, reason: string): Promise<void> {
    const sql = `update outbox_deliveries set parked_at = ${this.#now}, parked_reason = ?, lease_token = null, lease_until = 0
      where id = ? and lease_token = ?`;
    await this.database.execute(sql, [reason.slice(0, MAX_REASON_LENGTH), id, lease.token]);
  }

  async #findHeads(publisher: string, maxHeads: number): Promise<{ readonly heads: string[]; readonly more: boolean }> {
    const live = await this.#readHeads(publisher, maxHeads);
    const { heads, moved } = await this.#excludeHeadsWithEarlierDeliveries(publisher, live.heads);
    const room = maxHeads - live.heads.length;
    // One place alone is for whoever is there: a publisher in trouble is tried with what comes in bulk, too.
    const spare = maxHeads === 1 ? room : room - RESERVED_FOR_LIVE;
    if (live.more || moved || spare < 1) return { heads, more: live.more || moved };
    const bulk = await this.#readHeads(bulkPublisherKey(publisher), spare);
    return { heads: [...heads, ...bulk.heads.map(({ id }) => id)], more: bulk.more };
  }

  /**
   * Of an aggregate that came in bulk and lives on, what is older may wait in the other lane: it moves to the front, and the
   * next walk finds it there. Nothing older of an aggregate is ever committed later.
   */
  async #excludeHeadsWithEarlierDeliveries(
    publisher: string,
    heads: readonly AggregateHead[],
  ): Promise<{ readonly heads: string[]; readonly moved: boolean }> {
    const ids = heads.map(({ id }) => id);
    const later = heads.filter(({ sequence }) => sequence > 1).map(({ id }) => id);
    if (later.length === 0) return { heads: ids, moved: false };
    const [idChunk, bulk] = [padToPowerOfTwo(later), bulkPublisherKey(publisher)];
    const sql = `select h.id as id, b.id as earlier, b.publisher as lane
      from outbox_deliveries h join outbox_deliveries b on b.publisher in (?, ?) and b.aggregate_type = h.aggregate_type
        and b.aggregate_id = h.aggregate_id and b.sequence < h.sequence
      where h.id in (${placeholderList(idChunk)})`;
    const found = await this.database.query<EarlierRow>(sql, [publisher, bulk, ...idChunk]);
    const waiting = found.filter(({ lane }) => lane === bulk).map(({ earlier }) => String(earlier));
    await executeInChunks(waiting, (movedIds) => {
      const moved = `update outbox_deliveries set publisher = ? where id in (${placeholderList(movedIds)})`;
      return this.database.execute(moved, [publisher, ...movedIds]);
    });
    const behind = new Set(found.map(({ id }) => String(id)));
    return { heads: ids.filter((id) => !behind.has(id)), moved: waiting.length > 0 };
  }

  async #readHeads(
    lane: string,
    maxHeads: number,
  ): Promise<{ readonly heads: AggregateHead[]; readonly more: boolean }> {
    const cursor = this.#cursors.get(lane) ?? new AggregateHeadCursor(this.database, lane);
    this.#cursors.set(lane, cursor);
    const found: AggregateHead[] = [];
    for (let page = 0; page < MAX_PAGES && found.length < maxHeads; page++) {
      const { heads, isLastPage } = await cursor.nextPage(maxHeads - found.length);
      found.push(...heads);
      if (isLastPage) return { heads: found, more: false };
    }
    return { heads: found, more: true };
  }

  /** Compare and set: the rows that are really ours bear the token afterwards. */
  async #acquireLeases(ids: readonly string[], token: string, condition = '1 = 1'): Promise<number> {
    return executeInChunks(ids, (idChunk) => {
      const sql = `update outbox_deliveries
        set lease_token = ?, lease_until = ${this.#now} + ${LEASE_MS}, attempts = attempts + 1
        where id in (${placeholderList(idChunk)}) and lease_until < ${this.#now} and ${condition}`;
      return this.database.execute(sql, [token, ...idChunk]);
    });
  }

  async #readLeasedRows(heads: readonly string[], token: string): Promise<DeliveryRow[]> {
    const idChunk = padToPowerOfTwo(heads);
    const sql = `select d.id as id, d.attempts as attempts, o.event_id as event_id, o.type as type, o.payload as payload,
        d.aggregate_type as aggregate_type, d.aggregate_id as aggregate_id, d.sequence as sequence, d.parked_at as parked_at
      from outbox_deliveries h
      join outbox_deliveries d on d.publisher = h.publisher and d.aggregate_type = h.aggregate_type
        and d.aggregate_id = h.aggregate_id and d.sequence >= h.sequence and d.sequence < h.sequence + ${MAX_BATCH_LENGTH}
      join outbox o on o.event_id = d.event_id
      where h.id in (${placeholderList(idChunk)}) and h.lease_token = ?
      order by d.aggregate_type, d.aggregate_id, d.sequence`;
    const rows = await this.database.query<DeliveryRow>(sql, [...idChunk, token]);
    return rows;
  }
}

interface EarlierRow {
  readonly id: string | number;
  readonly earlier: string | number;
  readonly lane: string;
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
  readonly parked_at: string | number | null;
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

/** The rows come in order, so a run ends where the aggregate changes. It also ends before an event that is parked. */
function groupByAggregate(rows: readonly DeliveryRow[]): AggregateBatch[] {
  const batches: LeasedDelivery[][] = [];
  let blocked: DeliveryRow | undefined;
  for (const row of rows) {
    const last = batches.at(-1);
    if (row.parked_at !== null) blocked = row;
    else if (isSameAggregate(row, blocked)) continue;
    else if (last && last[0]?.subject === row.aggregate_id && last[0].aggregateType === row.aggregate_type)
      last.push(toLeased(row));
    else batches.push([toLeased(row)]);
  }
  return batches;
}

const isSameAggregate = (row: DeliveryRow, other: DeliveryRow | undefined): boolean =>
  row.aggregate_id === other?.aggregate_id && row.aggregate_type === other.aggregate_type;
