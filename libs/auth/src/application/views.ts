/** Maximum number of listed sessions or links. The lists have no pages. */
export const MAX_LISTED_ROWS = 100;

/** A session of the caller. Times are RFC 3339, UTC. */
export interface SessionView {
  readonly id: string;
  /** Whether it is the session of the request. */
  readonly current: boolean;
  readonly createdAt: string;
  readonly usedAt: string;
  readonly expiresAt: string;
  /** Source prefix of the sign-in. */
  readonly source: string;
}

export abstract class SessionViews {
  /** Live sessions, newest first, at most `MAX_LISTED_ROWS`. */
  abstract listByCustomer(customerId: string): Promise<readonly Omit<SessionView, 'current'>[]>;
}

/** An external identity that is linked to the caller. */
export interface LinkedIdentityView {
  readonly id: string;
  readonly issuer: string;
  readonly createdAt: string;
}

export abstract class LinkedIdentityViews {
  /** Oldest first, at most `MAX_LISTED_ROWS`. */
  abstract listByCustomer(customerId: string): Promise<readonly LinkedIdentityView[]>;
}
