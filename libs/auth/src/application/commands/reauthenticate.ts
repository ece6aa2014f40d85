import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AuditTrail, Clock } from '#kernel';
import { Reauthentication, type ReauthenticationOutcome } from '../../facade.js';
import { type AccessToken, AccessTokens, type SessionLookup, Sessions } from '../ports.js';

export type ReauthenticateOutcome =
  | { readonly outcome: 'authenticated'; readonly access: AccessToken }
  | Exclude<ReauthenticationOutcome, { readonly outcome: 'right' }>
  /** The session ended in the meantime. */
  | { readonly outcome: 'session_ended' };

/** Enter the password again in a live session. Issues an access token of that session with a new `auth_time`. */
export class Reauthenticate extends Command<ReauthenticateOutcome> {
  constructor(
    readonly customerId: string,
    readonly sessionId: string,
    readonly password: string,
    /** Source prefix. */
    readonly source: string,
  ) {
    super();
  }
}

/**
 * The session does not change: its expiry stays, and a refreshed token has the `auth_time` of the sign-in again. A stolen refresh
 * token therefore gains nothing when the owner enters the password.
 */
@CommandHandler(Reauthenticate)
export class ReauthenticateHandler implements ICommandHandler<Reauthenticate> {
  constructor(
    private readonly passwords: Reauthentication,
    private readonly sessions: Sessions,
    private readonly accessTokens: AccessTokens,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  async execute({ customerId, sessionId, password, source }: Reauthenticate): Promise<ReauthenticateOutcome> {
    const checked = await this.passwords.checkPassword(customerId, password, source, sessionId);
    if (checked.outcome !== 'right') return checked;
    const found = await this.sessions.findById(sessionId);
    if (!found || !isAlive(found)) return { outcome: 'session_ended' };
    const access = await this.accessTokens.issue(found.subject, found.session, this.clock.now());
    await this.audit.record({ action: 'auth.reauthenticated', actor: customerId, target: customerId, source });
    return { outcome: 'authenticated', access };
  }
}

function isAlive({ session, subject, now }: SessionLookup): boolean {
  const { status, generation } = subject.snapshot();
  return status === 'active' && !session.revoked && session.expiresAt > now && session.generation === generation;
}
