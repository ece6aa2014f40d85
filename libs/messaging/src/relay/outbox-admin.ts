import { Injectable } from '@nestjs/common';
import { Database, limitClause, placeholderList } from '#platform/database';
import { bulkPublisherKey } from '../outbox/bulk-publisher-key.js';

const MAX_LISTED = 100;
const REPLAY_CHUNK_SIZE = 500;

/** An event that a publisher has permanently refused. */
export interface ParkedDelivery {
  readonly publisher: string;
  readonly event: string;
  readonly type: string;
  readonly aggregateType: string;
  readonly subject: string;
  readonly sequence: number;
  readonly parkedAt: Date;
  readonly reason: string;
  /** Number of blocked events of its aggregate, including this one. */
  readonly held: number;
}

/** Selects past events. */
export interface EventFilter {
  /** An exact type, or a prefix and `*`. */
  readonly type?: string | undefined;
  readonly since?: Date | undefined;
  /** Exclusive. */
  readonly until?: Date | undefined;
}

/** Operator commands for parked and past events. Relays see a change within a second. */
@Injectable()
export class OutboxAdmin {
  constructor(private readonly database: Database) {}

  /** The 100 deliveries that were parked first. */
  async listParked(): Promise<readonly ParkedDelivery[]> {
    const sql = `select d.publisher as publisher, d.event_id as event_id, o.type as type, d.aggregate_type as aggregate_type,
        d.aggregate_id as aggregate_id, d.sequence as sequence, d.parked_at as parked_at, d.parked_reason as reason,
        (select count(*) from outbox_deliveries e where e.publisher = d.publisher
          and e.aggregate_type = d.aggregate_type and e.aggregate_id = d.aggregate_id) as held
      from outbox_deliveries d join outbox o on o.event_id = d.event_id
      where d.parked_at is not null order by d.parked_at, d.id ${limitClause(this.database.dialect, MAX_LISTED)}`;
    const rows = await this.database.query<ParkedRow>(sql);
    return rows.map(toParkedDelivery);
  }

  /** Retries all parked deliveries of a publisher, or one event. @returns the number of deliveries */
  retryParked(publisher: string, event?: string): Promise<number> {
    const eventParameter = event === undefined ? [] : [event];
    const sql = `update outbox_deliveries set parked_at = null, parked_reason = null, available_at = 0
      where publisher = ? and parked_at is not null${event === undefined ? '' : ' and event_id = ?'}`;
    return this.database.execute(sql, [publisher, ...eventParameter]);
  }

  /** Drops a parked delivery; later events of its aggregate continue. @returns false if the event is not parked there */
  async skipParked(publisher: string, event: string): Promise<boolean> {
    const sql = 'delete from outbox_deliveries where publisher = ? and event_id = ? and parked_at is not null';
    return (await this.database.execute(sql, [publisher, event])) > 0;
  }

  /**
   * Sends delivered events to a publisher again, with the same ids. Each aggregate keeps its order, but newer events of it
   * may be interleaved. Pending deliveries are not changed. @returns the number of events to send
   */
  async replayEvents(publisher: string, past: EventFilter): Promise<number> {
    let [replayed, last] = [0, '0'];
    for (;;) {
      const ids = await this.#findEventRowIds(past, last);
      if (ids.length === 0) return replayed;
      last = ids.at(-1) ?? last;
      const sql = `insert into outbox_deliveries (publisher, event_id, aggregate_type, aggregate_id, sequence)
        select ?, o.event_id, o.aggregate_type, o.aggregate_id, o.sequence from outbox o
        where o.id in (${placeholderList(ids)}) and not exists (select 1 from outbox_deliveries d where d.publisher in (?, ?)
          and d.aggregate_type = o.aggregate_type and d.aggregate_id = o.aggregate_id and d.sequence = o.sequence)`;
      replayed += await this.database.execute(sql, [publisher, ...ids, publisher, bulkPublisherKey(publisher)]);
      if (ids.length < REPLAY_CHUNK_SIZE) return replayed;
    }
  }

  async #findEventRowIds({ type, since, until }: EventFilter, after: string): Promise<string[]> {
    const terms: readonly (readonly [string, unknown])[] = [
      ['id > ?', after],
      ["type like ? escape '!'", type === undefined ? undefined : toLikePattern(type)],
      ['occurred_at >= ?', since],
      ['occurred_at < ?', until],
    ];
    const activeTerms = terms.filter(([, value]) => value !== undefined);
    const sql = `select id as id from outbox where ${activeTerms.map(([term]) => term).join(' and ')}
      order by id ${limitClause(this.database.dialect, REPLAY_CHUNK_SIZE)}`;
    const rows = await this.database.query<{ id: string | number }>(
      sql,
      activeTerms.map(([, value]) => value),
    );
    return rows.map(({ id }) => String(id));
  }
}

const toLikePattern = (type: string): string => type.replaceAll(/[!%_[]/g, '!$&').replaceAll('*', '%');

interface ParkedRow {
  readonly publisher: string;
  readonly event_id: string;
  readonly type: string;
  readonly aggregate_type: string;
  readonly aggregate_id: string;
  readonly sequence: number;
  readonly parked_at: string | number;
  readonly reason: string;
  readonly held: string | number;
}

const toParkedDelivery = (row: ParkedRow): ParkedDelivery => ({
  publisher: row.publisher,
  event: row.event_id,
  type: row.type,
  aggregateType: row.aggregate_type,
  subject: row.aggregate_id,
  sequence: row.sequence,
  parkedAt: new Date(Number(row.parked_at)),
  reason: row.reason,
  held: Number(row.held),
});
