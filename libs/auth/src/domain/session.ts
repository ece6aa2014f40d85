/**
 * One sign-in: a family of refresh tokens, of which one is alive at a time. Times in numbers are Unix milliseconds by the
 * database's clock.
 */
export interface SessionState {
  readonly id: string;
  readonly customerId: string;
  /** The subject's generation when it signed in: a session of an earlier one is dead. */
  readonly generation: number;
  /** How often its refresh token was exchanged. */
  readonly turn: number;
  /** SHA-256 of the refresh token that is alive, 64 hex characters. */
  readonly currentHash: string;
  /** Of the one it was exchanged for. */
  readonly previousHash: string | null;
  readonly rotatedAt: number;
  readonly expiresAt: number;
  readonly revoked: boolean;
  /** What a token of it may be used for. */
  readonly scope: string;
  /** Source prefix it began from. */
  readonly source: string;
  /** When it began, by the clock of the process that signed the customer in. */
  readonly createdAt: Date;
}

/** A refresh token that we have made, whoever brings it. */
export interface PresentedToken {
  readonly turn: number;
  readonly hash: string;
}

/** `repeat`: its answer was lost, and the child has not been used. `reused`: somebody has a token that he should not have. */
export type PresentedTokenStatus = 'current' | 'repeat' | 'reused' | 'dead';

const ROTATION_OVERLAP_MS = 10_000;

/** Rotation with reuse detection (RFC 9700, 4.14.2). */
export class Session {
  private constructor(private readonly state: SessionState) {}

  static restore(state: SessionState): Session {
    return new Session(state);
  }

  /** @param generation the subject's, now */
  checkPresentedToken({ turn, hash }: PresentedToken, generation: number, now: number): PresentedTokenStatus {
    const { revoked, expiresAt, currentHash, previousHash, rotatedAt } = this.state;
    if (revoked || expiresAt <= now || this.state.generation !== generation) return 'dead';
    if (turn === this.state.turn && hash === currentHash) return 'current';
    if (turn === this.state.turn - 1 && hash === previousHash && now - rotatedAt <= ROTATION_OVERLAP_MS)
      return 'repeat';
    return turn < this.state.turn ? 'reused' : 'dead';
  }

  snapshot(): SessionState {
    return this.state;
  }
}
