import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { Database } from '#platform/database';
import { type HousekeepingTask, purgeRows } from '#platform/jobs';

const YEAR_MS = 365 * 24 * 3_600_000;

/** Deletes a key that was never proven one year after its last attempt, so that no data of unregistered people is kept longer. */
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
