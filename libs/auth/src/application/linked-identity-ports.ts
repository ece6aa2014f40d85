import type { Role, Subject } from '../domain/subject.js';

/** A user of an external identity server. */
export interface ExternalIdentity {
  readonly issuer: string;
  /** Unique and never reassigned within the issuer (OpenID Connect Core, 8). */
  readonly subject: string;
}

/** The claims of an external access token that are used here. */
export interface ExternalTokenClaims extends ExternalIdentity {
  /** Roles of this service, from the role mapping of the issuer. */
  readonly roles: readonly Role[];
  /** When the user signed in at the issuer, in seconds since 1970; null when the token does not say. */
  readonly authTime: number | null;
}

/** Verifies access tokens of the configured external identity servers. */
export abstract class ExternalTokens {
  /**
   * Undefined when the token is not a valid access token for this service (RFC 8725). Does not look up the linked customer.
   * @throws Unavailable when the keys of the issuer are not cached and cannot be fetched
   */
  abstract verify(token: string): Promise<ExternalTokenClaims | undefined>;
}

export interface LinkedIdentity extends ExternalIdentity {
  readonly id: string;
  readonly customerId: string;
  readonly createdAt: Date;
}

/** Links between external identities and customers. An identity is linked to one customer at most. */
export abstract class LinkedIdentities {
  abstract findByIdentity(identity: ExternalIdentity): Promise<LinkedIdentity | null>;
  /**
   * Runs in the caller's unit of work, which is retried when a concurrent transaction added the link first.
   * @throws TransactionConflict
   */
  abstract add(link: Omit<LinkedIdentity, 'createdAt'>): Promise<LinkedIdentity>;
  /** False when this customer has no such link. */
  abstract remove(id: string, customerId: string): Promise<boolean>;
  /** Returns the number of removed links. Runs in the caller's unit of work. */
  abstract removeAllByCustomer(customerId: string): Promise<number>;
  /** The customer that the identity is linked to. */
  abstract findSubject(identity: ExternalIdentity): Promise<Subject | null>;
}
