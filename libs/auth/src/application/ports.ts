import type { Subject, SubjectState } from '../domain/subject.js';
import type { PreHash } from '../facade.js';

/** Subjects and the identifiers they sign in with. */
export abstract class Subjects {
  abstract add(subject: Subject, identifierHash: string): Promise<void>;
  /** @param identifierHashes one per key of the ring */
  abstract byIdentifier(identifierHashes: readonly string[]): Promise<Subject | null>;
}

/** How passwords are prepared for hashing, and how what is stored names its pepper. */
export abstract class PasswordScheme {
  abstract preHashes(password: string): readonly [PreHash, ...PreHash[]];
  /** `v2$<kid>$<bcrypt>` */
  abstract encode(kid: string, hash: string): string;
  abstract decode(credential: string): { readonly kid: string; readonly hash: string } | undefined;
}

export interface AccessToken {
  readonly token: string;
  readonly expiresInSeconds: number;
  readonly scope: string;
}

export interface TokenClaims {
  readonly customerId: string;
  readonly sessionId: string;
  readonly roles: readonly string[];
}

/** Signed access tokens, RFC 9068. */
export abstract class AccessTokens {
  abstract issue(subject: SubjectState): Promise<AccessToken>;
  /** Undefined for whatever is not a valid token of ours (RFC 8725). */
  abstract verify(token: string): Promise<TokenClaims | undefined>;
}

export abstract class AuthRules {
  /** ISO 3166-1; the region national phone numbers are read with. */
  abstract readonly defaultMarket: string;
}
