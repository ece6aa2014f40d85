/** What a code is good for. A code of one purpose, subject or identifier is never good for another (OWASP ASVS 6.6.2). */
export type CodePurpose = 'registration' | 'password_reset' | 'identifier_change';

/** Where a code lives. Everything of one identifier stands together. */
export interface CodeAddress {
  /** Keyed hash of the canonical identifier, 64 hex characters. */
  readonly identifierHash: string;
  readonly purpose: CodePurpose;
  /** What the code proves: the id of one attempt. */
  readonly subject: string;
}

export interface IssuedCode {
  /** ASCII digits, leading zeros kept. For the message only: it is stored nowhere. */
  readonly digits: string;
  /** Names this code among those of its address. */
  readonly serial: string;
}

/** A guess as it was counted: in this hour since 1970. */
export interface GuessCharge {
  readonly hour: number;
}

export type Claim =
  /** `charge` is given back, in the transaction of what the code was for. */
  | { readonly outcome: 'granted'; readonly charge: GuessCharge }
  | { readonly outcome: 'wrong'; readonly attemptsRemaining: number }
  /** No live code: too old, replaced, or burnt by wrong tries. */
  | { readonly outcome: 'expired' }
  /** Another request holds the claim at this instant. */
  | { readonly outcome: 'busy' };

export interface CodeStatus {
  readonly expiresAt: Date;
  readonly attemptsRemaining: number;
}

/** Takes away what is counted of guesses. */
export abstract class GuessErasure {
  /** @param identifierHashes one per key of the ring. In the caller's unit of work */
  abstract forget(identifierHashes: readonly string[]): Promise<void>;
}

/**
 * One-time codes. They come from a CSPRNG over the whole range, live their minute from the moment their message was
 * accepted (that of a reset or of a new identifier ten), die with three wrong tries, and are kept only as a MAC under a server key. Time is
 * the code store's own. Each purpose has a budget of guesses of its own.
 * Every method throws `Unavailable` when the store is away: a code is never checked without it.
 */
export abstract class Codes {
  /** How many digits the next registration code of an identifier has: more, once too much was guessed at it. */
  abstract lengthFor(identifierHash: string): Promise<number>;
  /** The code that is alive is shorter than so many digits: it is as good as dead, and may be replaced at once. */
  abstract isOutgrown(address: CodeAddress, length: number): Promise<boolean>;
  /** The right code was no guess. Inside the caller's unit of work. */
  abstract giveBack(address: CodeAddress, charge: GuessCharge): Promise<void>;
  /**
   * Makes a code and puts it in the place of any other at this address. It dies by itself if nothing is accepted.
   * @param length the digits that its owner was told, from `lengthFor`
   */
  abstract issue(address: CodeAddress, length: number): Promise<IssuedCode>;
  /** A code nobody can type, for attempts that must only look alike. Returns its serial. */
  abstract issueDecoy(address: CodeAddress, length: number): Promise<string>;
  /** The message was accepted: the minute starts now. False when another code has taken the place. */
  abstract start(address: CodeAddress, serial: string): Promise<boolean>;
  /** The message was not accepted: the code dies. */
  abstract discard(address: CodeAddress, serial: string): Promise<void>;
  /**
   * Count, compare and claim in one atomic step, counted before compared. The same request id gets the same outcome. A
   * claim lapses after 10 s; a right code stays good for 60 s more, so that our own failure costs nobody his minute.
   */
  abstract claim(address: CodeAddress, typed: string, requestId: string): Promise<Claim>;
  /** Gives a claim back, because what it was for could not be done. */
  abstract release(address: CodeAddress, requestId: string): Promise<void>;
  /** What it was for is done: the code is gone. */
  abstract consume(address: CodeAddress): Promise<void>;
  /** Null when no code is live. */
  abstract status(address: CodeAddress): Promise<CodeStatus | null>;
}
