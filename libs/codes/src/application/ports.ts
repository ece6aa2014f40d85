import type { CodeAddress, CodePurpose, CodeStatus, GuessCharge } from '../facade.js';

export interface ClaimTerms {
  readonly maxTries: number;
  /** Milliseconds after which a claim lapses. */
  readonly holdMs: number;
  /** Milliseconds for which a correctly typed code stays valid. */
  readonly graceMs: number;
}

export type StoreClaimResult =
  | { readonly outcome: 'granted' | 'expired' | 'busy' }
  | { readonly outcome: 'wrong'; readonly attemptsRemaining: number };

export interface StoredStatus extends CodeStatus {
  readonly length: number;
}

/**
 * Stores the MAC of at most one code per address, its expiry and its tries. Lifetimes use the store's own clock.
 * @throws Unavailable when the store cannot be reached
 */
export abstract class CodeStore {
  /**
   * @param length number of digits of the code
   * @param unsentMs how long its message may still be accepted; defaults to `lifeMs`
   */
  abstract saveCode(
    address: CodeAddress,
    mac: string,
    length: number,
    lifeMs: number,
    unsentMs?: number,
  ): Promise<void>;
  /** Restarts the lifetime after the message was accepted, if the code still has this MAC and was not invalidated. */
  abstract startLifetime(address: CodeAddress, mac: string, lifeMs: number): Promise<boolean>;
  /**
   * Replaces this MAC if its message was not accepted and the code was not invalidated. Lifetime, tries and claim are kept.
   * @param unsentMs how long the message of the replacement may still be accepted; null keeps the current limit
   */
  abstract replaceMac(
    address: CodeAddress,
    mac: string,
    replacement: string,
    unsentMs: number | null,
  ): Promise<boolean>;
  abstract deleteCode(address: CodeAddress): Promise<void>;
  /** @param macs the typed code under every key of the ring */
  abstract claimCode(
    address: CodeAddress,
    macs: readonly string[],
    requestId: string,
    terms: ClaimTerms,
  ): Promise<StoreClaimResult>;
  abstract releaseClaim(address: CodeAddress, requestId: string): Promise<void>;
  abstract getStatus(address: CodeAddress, maxTries: number): Promise<StoredStatus | null>;
}

/** Completed and open guesses per window. */
export interface GuessCounts {
  readonly day: number;
  readonly week: number;
}

/** The counts at the time of a charge: all guesses including this one, and those known to be wrong. */
export interface ChargedGuess extends GuessCounts {
  readonly charge: GuessCharge;
  readonly wrong: GuessCounts;
}

/** Counts guesses per identifier, one database row per hour, so the counts survive the loss of the code store. */
export abstract class GuessLedger {
  /** Counts a guess before it is compared, in its own unit of work. No two guesses get the same number. */
  abstract chargeGuess(identifierHash: string): Promise<ChargedGuess>;
  /** Marks the guess as wrong; it stays counted. An unsettled guess, left by a crashed process, stays counted too. */
  abstract recordWrongGuess(identifierHash: string, charge: GuessCharge): Promise<void>;
  /** Removes the charge. Joins the ambient unit of work, or runs in its own. */
  abstract refundGuess(identifierHash: string, charge: GuessCharge): Promise<void>;
  abstract countGuesses(identifierHash: string): Promise<GuessCounts>;
  /** Deletes all guesses at these identifiers. */
  abstract deleteGuesses(identifierHashes: readonly string[]): Promise<void>;
}

/** Computes the stored form of a code. */
export abstract class CodeMac {
  /** Uses the writing key; 64 hex characters. */
  abstract computeMac(address: CodeAddress, digits: string): string;
  /** One MAC per reading key. */
  abstract computeCandidates(address: CodeAddress, digits: string): readonly string[];
  /** A MAC that matches no code. */
  abstract randomMac(): string;
}

export abstract class CodeGenerator {
  /** Returns `length` ASCII digits; every code is equally likely. */
  abstract generateDigits(length: number): string;
}

/** Alerts operators when the service-wide number of wrong codes is high. */
export abstract class GuessAlarm {
  abstract raiseAlarm(wrongInAnHour: number): void;
}

/** Settings for codes. Null means no limit. */
export abstract class CodeSettings {
  abstract readonly length: number;
  abstract readonly lifeMs: Readonly<Record<CodePurpose, number>>;
  abstract readonly maxTries: number;
  abstract readonly guessesPerDay: number | null;
  abstract readonly guessesPerWeek: number | null;
  /** Service-wide limit; above it every code is long. */
  abstract readonly wrongCodesPerHour: number | null;
}
