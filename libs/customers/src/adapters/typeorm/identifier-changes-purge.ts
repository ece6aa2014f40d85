import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { Database } from '#platform/database';
import { type HousekeepingTask, purgeRows } from '#platform/jobs';

/** A code is valid for ten minutes after its message was accepted. */
const RETENTION_MS = 3_600_000;

/** Deletes unconfirmed identifier changes. */
@Injectable()
export class IdentifierChangesPurge implements HousekeepingTask {
  readonly name = 'identifier changes';

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  run(): Promise<number> {
    const before = new Date(this.clock.now().getTime() - RETENTION_MS);
    return purgeRows(this.database, 'customer_identifier_changes', 'customer_id', 'asked_at < ?', [before]);
  }
}
