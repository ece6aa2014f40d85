import { Injectable } from '@nestjs/common';
import { Clock, Ids } from '#kernel';
import { Settings } from '#platform/config';
import { Database, NOW_MS } from '#platform/database';
import { Revocations } from '../../application/ports.js';
import { RevocationPoller } from './revocation-poller.js';

/** Allows for a token that is signed just after its session ended, and for clock skew. */
const EXPIRY_MARGIN_MS = 60_000;

@Injectable()
export class TypeOrmRevocations extends Revocations {
  readonly #insertSql: string;

  constructor(
    private readonly database: Database,
    private readonly settings: Settings,
    private readonly poller: RevocationPoller,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {
    super();
    const now = NOW_MS[database.dialect];
    this.#insertSql = `insert into auth_revocations (id, customer_id, session_id, generation, kept_session_id, revoked_ms, expires_ms)
      values (?, ?, ?, ?, ?, ${now}, ${now} + ?)`;
  }

  revokeSession(customerId: string, sessionId: string): Promise<Date> {
    return this.#insertRevocation(customerId, sessionId, null, null);
  }

  revokeCustomer(customerId: string, generation: number, kept: string | null): Promise<Date> {
    return this.#insertRevocation(customerId, null, generation, kept);
  }

  async #insertRevocation(
    customerId: string,
    sessionId: string | null,
    generation: number | null,
    kept: string | null,
  ): Promise<Date> {
    const lifeMs = this.settings.accessTokenTtlSeconds * 1000 + EXPIRY_MARGIN_MS;
    await this.database.execute(this.#insertSql, [this.ids.next(), customerId, sessionId, generation, kept, lifeMs]);
    const expiresAt = this.clock.now().getTime() + lifeMs;
    this.database.afterCommit(() => this.poller.addRevocation({ customerId, sessionId, generation, kept, expiresAt }));
    return new Date(expiresAt);
  }
}
