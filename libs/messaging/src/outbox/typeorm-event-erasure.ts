import { Injectable } from '@nestjs/common';
import { EventErasure } from '#kernel';
import { Database } from '#platform/database';
import type { CloudEvent } from './cloud-event.js';

const OF_ONE = 'aggregate_type = ? and aggregate_id = ?';
const WAITS = 'exists (select 1 from outbox_deliveries d where d.event_id = outbox.event_id)';

@Injectable()
export class TypeOrmEventErasure extends EventErasure {
  constructor(private readonly database: Database) {
    super();
  }

  async erase(aggregateType: string, aggregateId: string, members: readonly string[]): Promise<void> {
    const one = [aggregateType, aggregateId];
    await this.database.execute(`delete from outbox where ${OF_ONE} and not ${WAITS}`, one);
    const waiting = await this.database.query<{ readonly id: string; readonly payload: string }>(
      `select event_id as id, payload as payload from outbox where ${OF_ONE} order by sequence`,
      one,
    );
    for (const { id, payload } of waiting)
      await this.database.execute('update outbox set payload = ? where event_id = ?', [redacted(payload, members), id]);
  }
}

function redacted(payload: string, members: readonly string[]): string {
  const event = JSON.parse(payload) as CloudEvent;
  const data = Object.entries(event.data).map(([name, value]) => [name, members.includes(name) ? null : value]);
  return JSON.stringify({ ...event, data: Object.fromEntries(data) });
}
