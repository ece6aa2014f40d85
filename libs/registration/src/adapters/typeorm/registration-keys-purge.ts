import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { Database } from '#platform/database';
import { type HousekeepingTask, purgeRows } from '#platform/jobs';

const YEAR_MS = 365 * 24 * 3_600_000;

/** A key that was never proven is forgotten a year after its last attempt: nothing is kept for ever of a person who did not come in. */
@Injectable()
export class RegistrationKeysPurge implements HousekeepingTask {
  readonly name = 'registration keys';

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  run(): Promise<number> {
    const before = new Date(this.clock.now().getTime() - YEAR_MS);
    return purgeRows(this.database, 'registration_keys', 'identifier_hash', 'proven_at is null and used_at < ?', [
      before,
    ]);
  }
}
