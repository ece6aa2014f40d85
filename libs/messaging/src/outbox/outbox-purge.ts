import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { type Chore, Database, purge } from '#platform';

const KEEP_MS = 14 * 24 * 3_600_000;

/** What every publisher has taken is kept for 14 days; what one has still to take is kept for ever. */
@Injectable()
export class OutboxPurge implements Chore {
  readonly name = 'outbox';

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  run(): Promise<number> {
    const before = new Date(this.clock.now().getTime() - KEEP_MS);
    const taken =
      'occurred_at < ? and not exists (select 1 from outbox_deliveries d where d.event_id = outbox.event_id)';
    return purge(this.database, 'outbox', 'id', taken, [before]);
  }
}
