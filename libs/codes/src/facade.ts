/** What a code authorises. A code is valid only for its own purpose, subject and identifier (OWASP ASVS 6.6.2). */
export type CodePurpose = 'registration' | 'password_reset' | 'identifier_change';

/** The storage address of a code. All codes of one identifier share a prefix. */
export interface CodeAddress {
  /** Keyed hash of the canonical identifier, 64 hex characters. */
  readonly identifierHash: string;
  readonly purpose: CodePurpose;
  /** What the code proves: the id of one attempt. */
  readonly subject: string;
  /**
   * The owner of the code, where the storage key must not reveal it. The MAC covers this field, so a code is rejected for any
   * other holder, and real codes and decoys share the same storage key.
   */
  readonly holder?: string;
}

export interface IssuedCode {
  /** ASCII digits, leading zeros kept. Used only in the message and never stored. */
  readonly digits: string;
  /** Identifies this code among the codes of its address. */
  readonly serial: string;
}

/** A charged guess. `hour` is the hour since 1970 in which it was counted. */
export interface GuessCharge {
  readonly hour: number;
}

export type ClaimResult =
  /** The caller refunds `charge` in the transaction that uses the code. */
  | { readonly outcome: 'granted'; readonly charge: GuessCharge }
  | { readonly outcome: 'wrong'; readonly attemptsRemaining: number }
  /** No live code: it expired, was replaced, or was invalidated by wrong tries. */
  | { readonly outcome: 'expired' }
  /** Another request currently holds the claim. */
  | { readonly outcome: 'busy' };

export interface CodeStatus {
  readonly expiresAt: Date;
  readonly attemptsRemaining: number;
}

/** Deletes the guess counts of identifiers. */
export abstract class GuessErasure {
  /** Runs in the caller's unit of work. @param identifierHashes one per key of the ring */
  abstract eraseGuesses(identifierHashes: readonly string[]): Promise<void>;
}

/**
 * One-time codes. A CSPRNG draws them from the whole range. Their lifetime starts when the message is accepted: one minute for
 * a registration, ten for a reset or an identifier change. Three wrong tries invalidate a code. Only a MAC under a server key is
 * stored. Time is the code store's clock. Each purpose has its own guess budget.
 * The visible state of a code does not depend on the delivery of its message: the lifetime starts when a message is usually
 * accepted, and restarts when it actually is.
 * Every method throws `Unavailable` when the store cannot be reached: a code is never checked without it.
 */
export abstract class Codes {
  /** Number of digits of the next registration code of an identifier: more after too many guesses. */
  abstract codeLengthFor(identifierHash: string): Promise<number>;
  /** True when the live code has fewer digits than `length`. Such a code is no longer usable and may be replaced at once. */
  abstract isShorterThanRequired(address: CodeAddress, length: number): Promise<boolean>;
  /** Removes the charge of a correct code. Runs in the caller's unit of work. */
  abstract refundGuess(address: CodeAddress, charge: GuessCharge): Promise<void>;
  /**
   * Creates a code and replaces any other at this address.
   * @param length number of digits shown to the owner, from `codeLengthFor`
   * @param usualMs time after which its message is usually accepted. The lifetime starts then, unless acceptance is reported
   */
  abstract issue(address: CodeAddress, length: number, usualMs?: number): Promise<IssuedCode>;
  /** Creates a code that no input matches, for decoy attempts. Returns its serial. */
  abstract issueDecoy(address: CodeAddress, length: number, usualMs?: number): Promise<string>;
  /** Starts the lifetime, because the message was accepted. False when another code has replaced this one. */
  abstract startLifetime(address: CodeAddress, serial: string): Promise<boolean>;
  /** Makes the code unmatchable, because its message was not accepted. Returns the serial of the replacement. */
  abstract discard(address: CodeAddress, serial: string): Promise<string>;
  /**
   * Replaces the code with this serial for the next delivery try of the same message. The new code keeps lifetime and tries.
   * Null when the old code is dead or was replaced: a dead code is never revived.
   */
  abstract reissue(address: CodeAddress, serial: string, length: number): Promise<IssuedCode | null>;
  /** Does the same for a decoy. Returns its serial. */
  abstract reissueDecoy(address: CodeAddress, serial: string): Promise<string | null>;
  /**
   * Counts, compares and claims in one atomic step; counting precedes comparing. The same request id gets the same outcome. A
   * claim lapses after 10 s. A correct code stays valid for 60 s more, so that a server failure does not use up its lifetime.
   */
  abstract claim(address: CodeAddress, typed: string, requestId: string): Promise<ClaimResult>;
  /** Releases a claim after the operation it was made for failed. */
  abstract releaseClaim(address: CodeAddress, requestId: string): Promise<void>;
  /** Deletes the code after the operation it was claimed for succeeded. */
  abstract consume(address: CodeAddress): Promise<void>;
  /** Null when no code is live. */
  abstract getStatus(address: CodeAddress): Promise<CodeStatus | null>;
}

/**
 * The code of one message, over all its delivery tries. The code can be matched only if the message was accepted. Its visible
 * state does not depend on the delivery.
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

  /** @param usualMs time after which such a message is usually accepted */
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

  /** Creates the code of the next delivery try. Null when this one is dead or was replaced. */
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
