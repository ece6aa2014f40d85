import { Injectable } from '@nestjs/common';
import { EventErasure } from '#kernel';
import { Database } from '#platform/database';
import type { CloudEvent } from './cloud-event.js';

const OF_AGGREGATE = 'aggregate_type = ? and aggregate_id = ?';
const HAS_PENDING_DELIVERY = 'exists (select 1 from outbox_deliveries d where d.event_id = outbox.event_id)';

@Injectable()
export class TypeOrmEventErasure extends EventErasure {
  constructor(private readonly database: Database) {
    super();
  }

  async erase(aggregateType: string, aggregateId: string, members: readonly string[]): Promise<void> {
    const aggregateKey = [aggregateType, aggregateId];
    await this.database.execute(
      `delete from outbox where ${OF_AGGREGATE} and not ${HAS_PENDING_DELIVERY}`,
      aggregateKey,
    );
    const pending = await this.database.query<{ readonly id: string; readonly payload: string }>(
      `select event_id as id, payload as payload from outbox where ${OF_AGGREGATE} order by sequence`,
      aggregateKey,
    );
    for (const { id, payload } of pending)
      await this.database.execute('update outbox set payload = ? where event_id = ?', [
        redactPayload(payload, members),
        id,
      ]);
  }
}

function redactPayload(payload: string, members: readonly string[]): string {
  const event = JSON.parse(payload) as CloudEvent;
  const data = Object.entries(event.data).map(([name, value]) => [name, members.includes(name) ? null : value]);
  return JSON.stringify({ ...event, data: Object.fromEntries(data) });
}
