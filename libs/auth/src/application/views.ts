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
  /** Those that are alive, the newest first. */
  abstract ofCustomer(customerId: string): Promise<readonly Omit<SessionView, 'current'>[]>;
}
