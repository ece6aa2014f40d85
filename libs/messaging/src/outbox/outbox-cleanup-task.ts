import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { Database } from '#platform/database';
import { type HousekeepingTask, purgeRows } from '#platform/jobs';

const RETENTION_MS = 14 * 24 * 3_600_000;

/** What every publisher has taken is kept for 14 days; what one has still to take is kept for ever. */
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
    // One step into uq_delivery per publisher: an index over event ids would be paid for with every event.
    const hasNoPendingDelivery = `not exists (select 1 from outbox_deliveries d where d.publisher = ? and
      d.aggregate_type = outbox.aggregate_type and d.aggregate_id = outbox.aggregate_id and d.sequence = outbox.sequence)`;
    const condition = ['occurred_at < ?', ...publishers.map(() => hasNoPendingDelivery)].join(' and ');
    return purgeRows(this.database, 'outbox', 'id', condition, [before, ...publishers]);
  }

  /** Whoever has something to take, also one that is not configured any more: from name to name along uq_delivery. */
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
