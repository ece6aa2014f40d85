import { Injectable } from '@nestjs/common';
import { Database } from '#platform';
import type { CloudEvent } from './cloud-event.js';

const SQL = `select payload from outbox where aggregate_type = ? and aggregate_id = ? order by sequence`;

/** Events that were announced of something and are still kept here, whether they were delivered or not. */
@Injectable()
export class KeptEvents {
  constructor(private readonly database: Database) {}

  /** In their order. */
  async of(aggregateType: string, aggregateId: string): Promise<readonly CloudEvent[]> {
    const rows = await this.database.query<{ readonly payload: string }>(SQL, [aggregateType, aggregateId]);
    return rows.map(({ payload }) => JSON.parse(payload) as CloudEvent);
  }
}
