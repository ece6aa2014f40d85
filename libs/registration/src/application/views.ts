/** What a sign-up page needs to draw its countdown. Times are RFC 3339, UTC. */
export interface MyRegistration {
  /** Of the registration, as in its ticket. */
  readonly id: string;
  readonly attemptId: string;
  readonly state: 'pending' | 'active';
  readonly channel: 'email' | 'sms';
  readonly codeLength: number;
  /** Null: no code is live now. */
  readonly codeExpiresAt: string | null;
  /** From then on a new code may be asked for. */
  readonly resendAt: string;
  /** Tries left for the live code; 0 without one. */
  readonly attemptsRemaining: number;
}

export abstract class MyRegistrations {
  /** @param tag of the password that picks the attempt */
  abstract findByKey(identifierHash: string, tag: string): Promise<MyRegistration | null>;
}
