import { type AccessToken, AccessTokens, type TokenClaims } from '../application/ports.js';
import type { SubjectState } from '../domain/subject.js';

/** Keeps whom tokens were issued to. */
export class RecordingAccessTokens extends AccessTokens {
  readonly issued: SubjectState[] = [];

  override async issue(subject: SubjectState): Promise<AccessToken> {
    this.issued.push(subject);
    return { token: `token of ${subject.customerId}`, expiresInSeconds: 900, scope: 'customer' };
  }

  override async verify(): Promise<TokenClaims | undefined> {
    return undefined;
  }
}
