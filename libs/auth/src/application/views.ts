/** Of sessions and of links. These lists have no pages: who has more of them than anybody needs ends them all at once. */
export const MAX_LISTED_ROWS = 100;

/** One of one's own sessions. Times are RFC 3339, UTC. */
export interface SessionView {
  readonly id: string;
  /** The one that asks. */
  readonly current: boolean;
  readonly createdAt: string;
  readonly usedAt: string;
  readonly expiresAt: string;
  /** Source prefix it began from. */
  readonly source: string;
}

export abstract class SessionViews {
  /** Those that are alive, the newest first, at most `MOST_SHOWN`. */
  abstract listByCustomer(customerId: string): Promise<readonly Omit<SessionView, 'current'>[]>;
}

/** A foreign identity that is linked to oneself. */
export interface LinkedIdentityView {
  readonly id: string;
  readonly issuer: string;
  readonly createdAt: string;
}

export abstract class LinkedIdentityViews {
  /** The oldest first, at most `MOST_SHOWN`. */
  abstract listByCustomer(customerId: string): Promise<readonly LinkedIdentityView[]>;
}
