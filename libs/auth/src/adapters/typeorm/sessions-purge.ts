import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { Database } from '#platform/database';
import { type HousekeepingTask, purgeRows } from '#platform/jobs';
import { COUNT_RESET_AFTER_MS } from '../../domain/login-backoff.js';

/** How long after the end of its session a reused token is distinguished from an unknown one. */
const RETENTION_MS = 7 * 24 * 3_600_000;

/** Counts reset after `COUNT_RESET_AFTER_MS`. The difference is the tolerated clock skew. */
const IDLE_COUNT_RETENTION_MS = COUNT_RESET_AFTER_MS + 3_600_000;

/** Purges ended sessions, expired revocations and idle counts. Any submitted name creates a count, so they must be purged. */
@Injectable()
export class SessionsPurge implements HousekeepingTask {
  readonly name = 'sessions';

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<number> {
    const now = this.clock.now().getTime();
    const old = now - RETENTION_MS;
    const quiet = now - IDLE_COUNT_RETENTION_MS;
    const idle = 'last_ms < ? and wait_until_ms < ?';
    const ended = 'expires_ms < ? or (revoked_ms > 0 and revoked_ms < ?)';
    return (
      (await purgeRows(this.database, 'auth_sessions', 'id', ended, [old, old])) +
      (await purgeRows(this.database, 'auth_revocations', 'id', 'expires_ms < ?', [old])) +
      (await purgeRows(this.database, 'auth_login_tries', 'subject_key', idle, [quiet, quiet]))
    );
  }
}
