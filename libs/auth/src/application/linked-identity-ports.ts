import type { Role, Subject } from '../domain/subject.js';

/** Somebody as an external identity server knows him. */
export interface ExternalIdentity {
  readonly issuer: string;
  /** Unique and never given to another within the issuer (OpenID Connect Core, 8). */
  readonly subject: string;
}

/** What an access token of an external identity server says that counts here. */
export interface ExternalTokenClaims extends ExternalIdentity {
  /** Ours, by the issuer's mapping. */
  readonly roles: readonly Role[];
  /** When the person signed in over there, in seconds since 1970; null when the token does not say. */
  readonly authTime: number | null;
}

/** Access tokens of the external identity servers that are named in the settings. */
export abstract class ExternalTokens {
  /**
   * Undefined for whatever is not a valid access token of theirs for us (RFC 8725). Says nothing of who that is here.
   * @throws Unavailable when nobody can tell, because the issuer's keys were never seen and it does not answer
   */
  abstract verify(token: string): Promise<ExternalTokenClaims | undefined>;
}

export interface LinkedIdentity extends ExternalIdentity {
  readonly id: string;
  readonly customerId: string;
  readonly createdAt: Date;
}

/** Which foreign identity is which customer. One of them belongs to one customer at most. */
export abstract class LinkedIdentities {
  abstract findByIdentity(identity: ExternalIdentity): Promise<LinkedIdentity | null>;
  /**
   * In the caller's unit of work, which is run again when somebody else was faster.
   * @throws TransactionConflict
   */
  abstract add(link: Omit<LinkedIdentity, 'createdAt'>): Promise<LinkedIdentity>;
  /** False when this customer has no such link. */
  abstract remove(id: string, customerId: string): Promise<boolean>;
  /** Every link of this customer, in the caller's unit of work; how many there were. */
  abstract removeAllByCustomer(customerId: string): Promise<number>;
  /** The customer that is linked to it. */
  abstract findSubject(identity: ExternalIdentity): Promise<Subject | null>;
}
