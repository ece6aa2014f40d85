/** What a code is good for. A code of one purpose, subject or identifier is never good for another (OWASP ASVS 6.6.2). */
export type CodePurpose = 'registration' | 'password_reset' | 'identifier_change';

/** Where a code lives. Everything of one identifier stands together. */
export interface CodeAddress {
  /** Keyed hash of the canonical identifier, 64 hex characters. */
  readonly identifierHash: string;
  readonly purpose: CodePurpose;
  /** What the code proves: the id of one attempt. */
  readonly subject: string;
  /**
   * Whose code it is, where that is not to be seen from its place: the MAC covers it. Nobody can type a code at this place for
   * another holder, and a code of somebody stands where a code of nobody would.
   */
  readonly holder?: string;
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

export type ClaimResult =
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
  abstract eraseGuesses(identifierHashes: readonly string[]): Promise<void>;
}

/**
 * One-time codes. They come from a CSPRNG over the whole range, live their minute from the moment their message was
 * accepted (that of a reset or of a new identifier ten), die with three wrong tries, and are kept only as a MAC under a server key. Time is
 * the code store's own. Each purpose has a budget of guesses of its own.
 * What can be seen of a code does not depend on what becomes of its message: its life begins when a message is usually
 * accepted, and again when it is.
 * Every method throws `Unavailable` when the store is away: a code is never checked without it.
 */
export abstract class Codes {
  /** How many digits the next registration code of an identifier has: more, once too much was guessed at it. */
  abstract codeLengthFor(identifierHash: string): Promise<number>;
  /** The code that is alive is shorter than so many digits: it is as good as dead, and may be replaced at once. */
  abstract isShorterThanRequired(address: CodeAddress, length: number): Promise<boolean>;
  /** The right code was no guess. Inside the caller's unit of work. */
  abstract refundGuess(address: CodeAddress, charge: GuessCharge): Promise<void>;
  /**
   * Makes a code and puts it in the place of any other at this address.
   * @param length the digits that its owner was told, from `lengthFor`
   * @param usualMs after which its message is usually accepted: then its life begins, unless it is accepted at another moment
   */
  abstract issue(address: CodeAddress, length: number, usualMs?: number): Promise<IssuedCode>;
  /** A code nobody can type, for attempts that must only look alike. Returns its serial. */
  abstract issueDecoy(address: CodeAddress, length: number, usualMs?: number): Promise<string>;
  /** The message was accepted: the minute starts now. False when another code has taken the place. */
  abstract startLifetime(address: CodeAddress, serial: string): Promise<boolean>;
  /** The message was not accepted: nobody can type this code any more. Returns the serial of what stands in its place. */
  abstract discard(address: CodeAddress, serial: string): Promise<string>;
  /**
   * The next try of the same message: a new code in the place of the one with this serial, with its life and its tries. Null
   * when that one is dead or replaced: nothing comes back to life.
   */
  abstract reissue(address: CodeAddress, serial: string, length: number): Promise<IssuedCode | null>;
  /** The same for a code nobody can type. Returns its serial. */
  abstract reissueDecoy(address: CodeAddress, serial: string): Promise<string | null>;
  /**
   * Count, compare and claim in one atomic step, counted before compared. The same request id gets the same outcome. A
   * claim lapses after 10 s; a right code stays good for 60 s more, so that our own failure costs nobody his minute.
   */
  abstract claim(address: CodeAddress, typed: string, requestId: string): Promise<ClaimResult>;
  /** Gives a claim back, because what it was for could not be done. */
  abstract releaseClaim(address: CodeAddress, requestId: string): Promise<void>;
  /** What it was for is done: the code is gone. */
  abstract consume(address: CodeAddress): Promise<void>;
  /** Null when no code is live. */
  abstract getStatus(address: CodeAddress): Promise<CodeStatus | null>;
}

/**
 * The code of one message, over all tries of it. Somebody can type it only when the message was accepted; for the rest it looks
 * the same whatever becomes of the message.
 */
export class MessageCode {
  private constructor(
    private readonly codes: Codes,
    private readonly address: CodeAddress,
    private readonly length: number,
    /** Null for a decoy. */
    readonly digits: string | null,
    private serial: string,
  ) {}

  /** @param usualMs after which such a message is usually accepted */
  static async issue(
    codes: Codes,
    address: CodeAddress,
    { length, usualMs, decoy }: { readonly length: number; readonly usualMs: number; readonly decoy: boolean },
  ): Promise<MessageCode> {
    if (decoy) {
      const serial = await codes.issueDecoy(address, length, usualMs);
      return new MessageCode(codes, address, length, null, serial);
    }
    const { digits, serial } = await codes.issue(address, length, usualMs);
    return new MessageCode(codes, address, length, digits, serial);
  }

  async markAccepted(): Promise<void> {
    await this.codes.startLifetime(this.address, this.serial);
  }

  async markRefused(): Promise<void> {
    this.serial = await this.codes.discard(this.address, this.serial);
  }

  /** For the next try of its message. Null when it is dead or replaced. */
  async reissueCode(): Promise<MessageCode | null> {
    const { codes, address, length, digits, serial } = this;
    if (digits === null) {
      const next = await codes.reissueDecoy(address, serial);
      return next === null ? null : new MessageCode(codes, address, length, null, next);
    }
    const issued = await codes.reissue(address, serial, length);
    return issued && new MessageCode(codes, address, length, issued.digits, issued.serial);
  }
}
