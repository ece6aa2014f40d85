import type { AuditTrail, Clock, Ids, Outbox, UnitOfWork } from '#kernel';
import type { Subject } from '../../domain/subject.js';
import { LoggedInV1 } from '../../events.js';
import type { TokenSet } from '../../facade.js';
import type { AccessTokens, AuthSettings, DeviceTokens, RefreshTokens, Sessions, Subjects } from '../ports.js';

/** Opens sessions, in one transaction with the event and the audit entry. */
export class SessionOpener {
  constructor(
    private readonly work: UnitOfWork,
    private readonly subjects: Subjects,
    private readonly sessions: Sessions,
    private readonly refreshTokens: RefreshTokens,
    private readonly accessTokens: AccessTokens,
    private readonly outbox: Outbox,
    private readonly audit: AuditTrail,
    private readonly ids: Ids,
    private readonly clock: Clock,
    private readonly settings: AuthSettings,
    private readonly devices: DeviceTokens,
  ) {}

  /**
   * @param inSameTransaction further work of the same transaction
   * @param deviceId of a known device that the customer signs in from
   * @returns null when all sessions of the customer were ended since the subject was read
   */
  async openSession(
    subject: Subject,
    source: string,
    inSameTransaction: () => Promise<void> = async () => undefined,
    deviceId: string | null = null,
  ): Promise<TokenSet | null> {
    const { customerId, generation, market } = subject.snapshot();
    const sid = this.ids.opaque();
    const { token: refreshToken, hash: currentHash } = this.refreshTokens.issueFirst(sid);
    const lifeMs = this.settings.refreshTokenTtlSeconds * 1000;
    const session = { id: sid, customerId, generation, currentHash, scope: subject.scope, source, lifeMs };
    const now = this.clock.now();
    const expiresAt = new Date(now.getTime() + lifeMs).toISOString();
    const opened = await this.work.run(async () => {
      if (!(await this.subjects.lockIfCurrent(customerId, generation))) return false;
      await this.sessions.createSession(session);
      await inSameTransaction();
      await this.outbox.append(new LoggedInV1(sid, 1, market, { customerId, sid, expiresAt }));
      await this.audit.record({ action: 'auth.login.succeeded', actor: customerId, target: customerId, source });
      return true;
    });
    if (!opened) return null;
    const access = await this.accessTokens.issue(subject, session, now);
    const deviceToken = this.devices.issue({ customerId, generation }, deviceId);
    const { token: accessToken, expiresInSeconds, scope } = access;
    return { accessToken, expiresInSeconds, refreshToken, scope, deviceToken };
  }
}
