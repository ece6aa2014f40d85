/**
 * One sign-in: a family of refresh tokens, of which one is live at a time. Numeric times are Unix milliseconds by the
 * database clock.
 */
export interface SessionState {
  readonly id: string;
  readonly customerId: string;
  /** Generation of the subject at sign-in. A session of an earlier generation is dead. */
  readonly generation: number;
  /** Number of refresh token rotations. */
  readonly turn: number;
  /** SHA-256 of the live refresh token, 64 hex characters. */
  readonly currentHash: string;
  /** Hash of the previous refresh token. */
  readonly previousHash: string | null;
  readonly rotatedAt: number;
  readonly expiresAt: number;
  readonly revoked: boolean;
  /** Scope of its access tokens. */
  readonly scope: string;
  /** Source prefix of the sign-in. */
  readonly source: string;
  /** Time of the sign-in, by the clock of the process. */
  readonly createdAt: Date;
}

/** A refresh token of this service, as presented. */
export interface PresentedToken {
  readonly turn: number;
  readonly hash: string;
}

/** `repeat`: the response was lost, and the child has not been used. `reused`: the token was stolen. */
export type PresentedTokenStatus = 'current' | 'repeat' | 'reused' | 'dead';

const ROTATION_OVERLAP_MS = 10_000;

/** Rotation with reuse detection (RFC 9700, 4.14.2). */
export class Session {
  private constructor(private readonly state: SessionState) {}

  static restore(state: SessionState): Session {
    return new Session(state);
  }

  /** @param generation current generation of the subject */
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
