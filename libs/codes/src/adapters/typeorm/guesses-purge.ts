import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { Database } from '#platform/database';
import { type HousekeepingTask, purgeRows } from '#platform/jobs';

const HOUR_MS = 3_600_000;
const RETENTION_HOURS = 8 * 24;

/** Guesses count for a week; older rows are deleted. */
@Injectable()
export class GuessesPurge implements HousekeepingTask {
  readonly name = 'code guesses';

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  run(): Promise<number> {
    const oldest = Math.floor(this.clock.now().getTime() / HOUR_MS) - RETENTION_HOURS;
    return purgeRows(this.database, 'code_guesses', 'identifier_hash', 'hour < ?', [oldest]);
  }
}
