/** What a sign-up page needs to draw its countdown. Times are RFC 3339, UTC. */
export interface MyRegistration {
  /** Id of the registration, as in its ticket. */
  readonly id: string;
  readonly attemptId: string;
  readonly state: 'pending' | 'active';
  readonly channel: 'email' | 'sms';
  readonly codeLength: number;
  /** Null when no code is live. */
  readonly codeExpiresAt: string | null;
  /** Earliest time for requesting a new code. */
  readonly resendAt: string;
  /** Tries left for the live code; 0 without one. */
  readonly attemptsRemaining: number;
}

export abstract class MyRegistrations {
  /** @param tag of the password that selects the attempt */
  abstract findByKey(identifierHash: string, tag: string): Promise<MyRegistration | null>;
}
