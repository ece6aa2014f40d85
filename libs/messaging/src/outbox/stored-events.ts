import { Injectable } from '@nestjs/common';
import { Database, limitClause } from '#platform/database';
import type { CloudEvent } from './cloud-event.js';

const PAGE_SIZE = 500;

interface StoredEventRow {
  readonly sequence: number | string;
  readonly payload: string;
}

/** Events that were announced of something and are still kept here, whether they were delivered or not. */
@Injectable()
export class StoredEvents {
  constructor(private readonly database: Database) {}

  /** In their order, read page by page as they are taken. */
  async *readByAggregate(aggregateType: string, aggregateId: string): AsyncGenerator<CloudEvent> {
    const pageClause = limitClause(this.database.dialect, PAGE_SIZE);
    const sql = `select sequence, payload from outbox
      where aggregate_type = ? and aggregate_id = ? and sequence > ? order by sequence ${pageClause}`;
    for (let after = -1; ; ) {
      const rows = await this.database.query<StoredEventRow>(sql, [aggregateType, aggregateId, after]);
      for (const { payload } of rows) yield JSON.parse(payload) as CloudEvent;
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE_SIZE) return;
      after = Number(last.sequence);
    }
  }
}
