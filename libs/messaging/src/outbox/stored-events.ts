import { Injectable } from '@nestjs/common';
import { Database, limitClause } from '#platform/database';
import type { CloudEvent } from './cloud-event.js';

const PAGE_SIZE = 500;

interface StoredEventRow {
  readonly sequence: number | string;
  readonly payload: string;
}

/** Reads the published events of an aggregate that are still in the outbox, delivered or not. */
@Injectable()
export class StoredEvents {
  constructor(private readonly database: Database) {}

  /** In order of sequence. Reads the next page when the consumer needs it. */
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
