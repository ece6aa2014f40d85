import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { Database } from '#platform/database';
import { type HousekeepingTask, purgeRows } from '#platform/jobs';

const RETENTION_MS = 14 * 24 * 3_600_000;

/** Deletes events 14 days after they occurred. An event with a pending delivery is never deleted. */
@Injectable()
export class OutboxCleanupTask implements HousekeepingTask {
  readonly name = 'outbox';

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<number> {
    const before = new Date(this.clock.now().getTime() - RETENTION_MS);
    const publishers = await this.#findPublishersWithDeliveries();
    // One lookup in uq_delivery per publisher. An index on event ids would slow down every insert.
    const hasNoPendingDelivery = `not exists (select 1 from outbox_deliveries d where d.publisher = ? and
      d.aggregate_type = outbox.aggregate_type and d.aggregate_id = outbox.aggregate_id and d.sequence = outbox.sequence)`;
    const condition = ['occurred_at < ?', ...publishers.map(() => hasNoPendingDelivery)].join(' and ');
    return purgeRows(this.database, 'outbox', 'id', condition, [before, ...publishers]);
  }

  /** Includes publishers that are no longer configured. Skips from name to name along uq_delivery. */
  async #findPublishersWithDeliveries(): Promise<string[]> {
    const sql = 'select min(publisher) as name from outbox_deliveries where publisher > ?';
    const names: string[] = [];
    for (;;) {
      const [row] = await this.database.query<{ readonly name: string | null }>(sql, [names.at(-1) ?? '']);
      if (!row?.name) return names;
      names.push(row.name);
    }
  }
}
