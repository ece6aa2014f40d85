import { type AccessToken, AccessTokens, type TokenClaims } from '../application/ports.js';
import type { SessionState } from '../domain/session.js';
import type { Subject, SubjectState } from '../domain/subject.js';

/** Records the subjects that tokens were issued to. */
export class RecordingAccessTokens extends AccessTokens {
  readonly issued: SubjectState[] = [];
  /** `auth_time` of each token. */
  readonly authenticatedAt: Date[] = [];

  override async issue(
    subject: Subject,
    { scope }: Pick<SessionState, 'id' | 'scope'>,
    authenticatedAt: Date,
  ): Promise<AccessToken> {
    const state = subject.snapshot();
    this.issued.push(state);
    this.authenticatedAt.push(authenticatedAt);
    return { token: `token of ${state.customerId}`, expiresInSeconds: 900, scope };
  }

  override async verify(_token: string): Promise<TokenClaims | undefined> {
    return undefined;
  }
}
