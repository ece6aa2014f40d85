import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { type Chore, Database, purge } from '#platform';
import { KNOWN_MS } from '../../domain/login-wait.js';

/** A reused token is told from an unknown one for so long after its session ended. */
const KEEP_MS = 7 * 24 * 3_600_000;

/** What has ended, and counts of those who have not tried for a month. */
@Injectable()
export class SessionsPurge implements Chore {
  readonly name = 'sessions';

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<number> {
    const now = this.clock.now().getTime();
    const old = now - KEEP_MS;
    const ended = 'expires_ms < ? or (revoked_ms > 0 and revoked_ms < ?)';
    return (
      (await purge(this.database, 'auth_sessions', 'id', ended, [old, old])) +
      (await purge(this.database, 'auth_revocations', 'id', 'expires_ms < ?', [old])) +
      (await purge(this.database, 'auth_login_tries', 'subject_key', 'last_ms < ?', [now - KNOWN_MS]))
    );
  }
}
