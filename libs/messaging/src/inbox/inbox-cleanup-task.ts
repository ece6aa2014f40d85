import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { Database } from '#platform/database';
import { type HousekeepingTask, purgeRows } from '#platform/jobs';

/** Longer than any broker keeps a message, or an operator a dead letter. */
const RETENTION_MS = 14 * 24 * 3_600_000;

/** Deletes inbox rows after 14 days. The positions of aggregates are never deleted. */
@Injectable()
export class InboxCleanupTask implements HousekeepingTask {
  readonly name = 'inbox';

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  run(): Promise<number> {
    const before = new Date(this.clock.now().getTime() - RETENTION_MS);
    return purgeRows(this.database, 'inbox', 'event_hash', 'received_at < ?', [before]);
  }
}
