import type { Role } from './domain/subject.js';

export type { Role };

/** A password after its keyed pre-hash. What the expensive hash is made of; never stored as it is. */
export interface PreHash {
  /** Names the pepper. */
  readonly kid: string;
  /** base64(HMAC-SHA-384(pepper, NFC(password))), 64 ASCII characters. */
  readonly value: string;
}

export interface NewSubject {
  readonly customerId: string;
  readonly identifierHash: string;
  /** From `hash`; null: no password yet, a reset sets one. */
  readonly credential: string | null;
  readonly roles: readonly Role[];
  /** ISO 3166-1 alpha-2 */
  readonly market: string;
  /** BCP 47, of messages to the person. */
  readonly locale: string;
  /** The password was given by somebody else: it is good for setting a new one only. */
  readonly oneTime?: boolean;
}

/** Who may sign in, and with what. auth knows no customer, only the id of one. */
export abstract class Credentials {
  /** Under every pepper, the one that writes first. Cheap: microseconds. */
  abstract preHashes(password: string): readonly [PreHash, ...PreHash[]];
  /**
   * The expensive hash of a credential, at full cost. Outside of any transaction.
   * @throws HashingBusy
   */
  abstract hash(preHash: PreHash): Promise<string>;
  /** Inside the caller's unit of work. */
  abstract enrol(subject: NewSubject): Promise<void>;
  /**
   * From now on these roles and no others. Every session ends: tokens carry roles. Inside the caller's unit of work.
   * @param by customer id of who ordered it
   */
  abstract setRoles(customerId: string, roles: readonly Role[], by: string | null): Promise<void>;
  abstract anybodyHas(role: Role): Promise<boolean>;
  /**
   * `suspended`: nobody signs in as this customer, and every session ends. Inside the caller's unit of work.
   * @param by customer id of who ordered it
   */
  abstract setStatus(customerId: string, status: 'active' | 'suspended', by: string | null): Promise<void>;
  /** Nobody signs in with these names any more, and every session ends. Inside the caller's unit of work. */
  abstract withdraw(customerId: string, by: string | null): Promise<void>;
  /** Takes a withdrawal back: the customer signs in with this name and the password of before. */
  abstract readmit(customerId: string, identifierHash: string): Promise<void>;
}

/** What a client works with (RFC 6749, 5.1). */
export interface TokenSet {
  /** A JWT, RFC 9068. */
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  /** Opaque; good once, for the next set. */
  readonly refreshToken: string;
  readonly scope: string;
}

/** As it goes out (RFC 6749, 5.1): the one place where its members get their RFC names. */
export const tokenResponse = ({ accessToken, expiresInSeconds, refreshToken, scope }: TokenSet) => ({
  access_token: accessToken,
  token_type: 'Bearer' as const,
  expires_in: expiresInSeconds,
  refresh_token: refreshToken,
  scope,
});

/** Signing in and out on behalf of other modules. */
export abstract class SignIns {
  /**
   * Opens a session for a customer who has just proven who he is. Null when he may not sign in.
   * @param source prefix it comes from
   */
  abstract open(customerId: string, source: string): Promise<TokenSet | null>;
  /**
   * Ends every session of the customer: no token of it is good any more. Inside the caller's unit of work.
   * @param by customer id of who ordered it
   */
  abstract endAll(customerId: string, by: string | null): Promise<void>;
}
