import { Injectable } from '@nestjs/common';
import { Ids } from '#kernel';
import { Database, executeInChunks, limitClause, NOW_MS, padToPowerOfTwo, placeholderList } from '#platform/database';
import { bulkPublisherKey } from '../outbox/bulk-publisher-key.js';
import type { EventEnvelope } from '../publishers/event-publisher.js';
import { type AggregateHead, AggregateHeadCursor } from './aggregate-head-cursor.js';

/** An event that only this process may publish until the lease ends. */
export interface LeasedDelivery extends EventEnvelope {
  readonly deliveryId: string;
  readonly attempts: number;
}

/** The events of one aggregate, in order. */
export type AggregateBatch = readonly LeasedDelivery[];

export interface Lease {
  readonly token: string;
  readonly batches: readonly AggregateBatch[];
  /** More aggregates may be pending: the caller should lease again without waiting. */
  readonly hasMore: boolean;
}

export const LEASE_MS = 30_000;
const MAX_AGGREGATES_PER_LEASE = 100;
const MAX_BATCH_LENGTH = 100;
const MAX_PAGES = 30;
/** Aggregates per lease that bulk events never use. */
const RESERVED_FOR_LIVE = MAX_AGGREGATES_PER_LEASE / 2;
const MAX_REASON_LENGTH = 200;

/**
 * The pending deliveries of all publishers. A lease covers an *aggregate*: the process that leases its first undelivered
 * event also leases the following ones. This keeps order without a lock, and no aggregate waits for another. All times come
 * from the clock of the database.
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

  /** The publishers with pending deliveries, leased or not. Runs a single query. */
  async findPendingPublishers(publishers: readonly string[]): Promise<string[]> {
    if (publishers.length === 0) return [];
    const first = `(select id from outbox_deliveries where publisher = ?
      order by publisher, aggregate_type, aggregate_id, sequence ${limitClause(this.database.dialect, 1)})`;
    const publisherKeys = publishers.flatMap((publisher) => [publisher, bulkPublisherKey(publisher)]);
    const sql = `select ${publisherKeys.map((_, index) => `${first} as l${index}`).join(', ')}`;
    const [row] = await this.database.query<Readonly<Record<string, unknown>>>(sql, publisherKeys);
    return publishers.filter((_, index) => row?.[`l${2 * index}`] != null || row?.[`l${2 * index + 1}`] != null);
  }

  /**
   * Leases live events first. Bulk events fill the remaining capacity, but at most half of it.
   * @param maxAggregates maximum number of aggregates
   */
  async lease(publisher: string, maxAggregates = MAX_AGGREGATES_PER_LEASE): Promise<Lease> {
    const token = this.ids.next();
    const { heads, more } = await this.#findHeads(publisher, maxAggregates);
    const condition = `available_at <= ${this.#now} and parked_at is null`;
    if (heads.length === 0 || (await this.#acquireLeases(heads, token, condition)) === 0)
      return { token, batches: [], hasMore: more };
    const batches = groupByAggregate(await this.#readLeasedRows(heads, token));
    const followers = batches.flatMap((batch) => batch.slice(1).map(({ deliveryId }) => deliveryId));
    await this.#acquireLeases(followers, token);
    return { token, batches, hasMore: true };
  }

  /** Fenced by the lease token: a process whose lease has expired cannot delete rows of the next lease. */
  async deleteDelivered(lease: Lease, ids: readonly string[]): Promise<void> {
    await executeInChunks(ids, (idChunk) => {
      const sql = `delete from outbox_deliveries where id in (${placeholderList(idChunk)}) and lease_token = ?`;
      return this.database.execute(sql, [...idChunk, lease.token]);
    });
  }

  /** Returns deliveries for a retry after `retryAfterMs`. */
  async release(lease: Lease, ids: readonly string[], retryAfterMs: number): Promise<void> {
    await executeInChunks(ids, (idChunk) => {
      const sql = `update outbox_deliveries set lease_token = null, lease_until = 0, available_at = ${this.#now} + ?
        where id in (${placeholderList(idChunk)}) and lease_token = ?`;
      return this.database.execute(sql, [Math.round(retryAfterMs), ...idChunk, lease.token]);
    });
  }

  /** Parks a permanently refused event. It and the later events of its aggregate wait for an operator (`OutboxAdmin`). */
  async parkDelivery(lease: Lease, id: string, reason: string): Promise<void> {
    const sql = `update outbox_deliveries set parked_at = ${this.#now}, parked_reason = ?, lease_token = null, lease_until = 0
      where id = ? and lease_token = ?`;
    await this.database.execute(sql, [reason.slice(0, MAX_REASON_LENGTH), id, lease.token]);
  }

  async #findHeads(publisher: string, maxHeads: number): Promise<{ readonly heads: string[]; readonly more: boolean }> {
    const live = await this.#readHeads(publisher, maxHeads);
    const { heads, moved } = await this.#excludeHeadsWithEarlierDeliveries(publisher, live.heads);
    const remaining = maxHeads - live.heads.length;
    // A relay that backs off leases one aggregate. A bulk event may then be the probe.
    const bulkCapacity = maxHeads === 1 ? remaining : remaining - RESERVED_FOR_LIVE;
    if (live.more || moved || bulkCapacity < 1) return { heads, more: live.more || moved };
    const bulk = await this.#readHeads(bulkPublisherKey(publisher), bulkCapacity);
    return { heads: [...heads, ...bulk.heads.map(({ id }) => id)], more: bulk.more };
  }

  /**
   * An aggregate with live events may have older events under the bulk key. They move to the live key, where the next pass
   * of the cursor finds them. An older event of an aggregate is never committed later.
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
    const bulkIds = found.filter(({ lane }) => lane === bulk).map(({ earlier }) => String(earlier));
    await executeInChunks(bulkIds, (movedIds) => {
      const moveSql = `update outbox_deliveries set publisher = ? where id in (${placeholderList(movedIds)})`;
      return this.database.execute(moveSql, [publisher, ...movedIds]);
    });
    const blockedIds = new Set(found.map(({ id }) => String(id)));
    return { heads: ids.filter((id) => !blockedIds.has(id)), moved: bulkIds.length > 0 };
  }

  async #readHeads(
    publisherKey: string,
    maxHeads: number,
  ): Promise<{ readonly heads: AggregateHead[]; readonly more: boolean }> {
    const cursor = this.#cursors.get(publisherKey) ?? new AggregateHeadCursor(this.database, publisherKey);
    this.#cursors.set(publisherKey, cursor);
    const found: AggregateHead[] = [];
    for (let page = 0; page < MAX_PAGES && found.length < maxHeads; page++) {
      const { heads, isLastPage } = await cursor.nextPage(maxHeads - found.length);
      found.push(...heads);
      if (isLastPage) return { heads: found, more: false };
    }
    return { heads: found, more: true };
  }

  /** Compare-and-set: afterwards, the acquired rows contain the token. */
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

/** The rows are ordered, so a batch ends where the aggregate changes. It also ends before a parked event. */
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
