import { Injectable } from '@nestjs/common';
import { Database, limit } from '#platform/database';
import type { CloudEvent } from './cloud-event.js';

const AT_A_TIME = 500;

interface Found {
  readonly sequence: number | string;
  readonly payload: string;
}

/** Events that were announced of something and are still kept here, whether they were delivered or not. */
@Injectable()
export class KeptEvents {
  constructor(private readonly database: Database) {}

  /** In their order, read page by page as they are taken. */
  async *of(aggregateType: string, aggregateId: string): AsyncGenerator<CloudEvent> {
    const first = limit(this.database.dialect, AT_A_TIME);
    const sql = `select sequence, payload from outbox
      where aggregate_type = ? and aggregate_id = ? and sequence > ? order by sequence ${first}`;
    for (let after = -1; ; ) {
      const rows = await this.database.query<Found>(sql, [aggregateType, aggregateId, after]);
      for (const { payload } of rows) yield JSON.parse(payload) as CloudEvent;
      const last = rows.at(-1);
      if (last === undefined || rows.length < AT_A_TIME) return;
      after = Number(last.sequence);
    }
  }
}
