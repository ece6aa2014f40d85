import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AuditTrail, Clock } from '#kernel';
import { Reauthentication, type ReauthenticationOutcome } from '../../facade.js';
import { type AccessToken, AccessTokens, type SessionLookup, Sessions } from '../ports.js';

export type ReauthenticateOutcome =
  | { readonly outcome: 'authenticated'; readonly access: AccessToken }
  | Exclude<ReauthenticationOutcome, { readonly outcome: 'right' }>
  /** The session has ended meanwhile. */
  | { readonly outcome: 'session_ended' };

/** Give the password again in a session that lives: an access token of the same session that says so. */
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
 * Nothing of the session changes: it ends when it would have, and a refresh gives the time of its sign-in again. So whoever has
 * stolen its refresh token gets nothing by the owner's password.
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
