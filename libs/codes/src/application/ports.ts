import type { CodeAddress, CodePurpose, CodeStatus, GuessCharge } from '../facade.js';

export interface ClaimTerms {
  readonly maxTries: number;
  /** Milliseconds after which a claim lapses. */
  readonly holdMs: number;
  /** Milliseconds a rightly typed code stays good. */
  readonly graceMs: number;
}

export type StoreClaimResult =
  | { readonly outcome: 'granted' | 'expired' | 'busy' }
  | { readonly outcome: 'wrong'; readonly attemptsRemaining: number };

export interface StoredStatus extends CodeStatus {
  readonly length: number;
}

/**
 * Keeps the MAC of at most one code per address, its expiry and its tries. Lifetimes are measured by the store's own clock.
 * @throws Unavailable when the store is away
 */
export abstract class CodeStore {
  /**
   * @param length digits of the code
   * @param unsentMs how long its message may yet be accepted; as long as it lives, if nothing else is said
   */
  abstract saveCode(
    address: CodeAddress,
    mac: string,
    length: number,
    lifeMs: number,
    unsentMs?: number,
  ): Promise<void>;
  /** Its message was accepted: sets the life of the code from now, if it is still the one with this MAC and was not burnt. */
  abstract startLifetime(address: CodeAddress, mac: string, lifeMs: number): Promise<boolean>;
  /**
   * Puts another MAC in the place of this one, whose message has not been accepted and which was not burnt: life, tries and
   * claim stay.
   * @param unsentMs how long the message of the other may yet be accepted; null: as long as that of this one
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

/** How many guesses were made, or are being made, in a window. */
export interface GuessCounts {
  readonly day: number;
  readonly week: number;
}

/** What a guess that is being made finds: itself counted last, and what is known to have been wrong. */
export interface ChargedGuess extends GuessCounts {
  readonly charge: GuessCharge;
  readonly wrong: GuessCounts;
}

/** Guesses at the codes of an identifier, one row per hour, in the database: they survive the code store. */
export abstract class GuessLedger {
  /** Counts a guess before it is made, in a unit of work of its own: no two are given the same number. */
  abstract chargeGuess(identifierHash: string): Promise<ChargedGuess>;
  /** It was wrong, and stays counted. What is never settled, because a process died, stays counted too. */
  abstract recordWrongGuess(identifierHash: string, charge: GuessCharge): Promise<void>;
  /** It was none. Inside the ambient unit of work, or in one of its own. */
  abstract refundGuess(identifierHash: string, charge: GuessCharge): Promise<void>;
  abstract countGuesses(identifierHash: string): Promise<GuessCounts>;
  /** Nothing was ever guessed at these. */
  abstract deleteGuesses(identifierHashes: readonly string[]): Promise<void>;
}

/** Turns a code into what may be stored. */
export abstract class CodeMac {
  /** Under the key that writes; 64 hex characters. */
  abstract computeMac(address: CodeAddress, digits: string): string;
  /** Under every key that reads. */
  abstract computeCandidates(address: CodeAddress, digits: string): readonly string[];
  /** A MAC that no code has. */
  abstract randomMac(): string;
}

export abstract class CodeGenerator {
  /** So many ASCII digits, every code equally likely. */
  abstract generateDigits(length: number): string;
}

/** Told when wrong codes of everybody are many; those who run the service must hear of it. */
export abstract class GuessAlarm {
  abstract raiseAlarm(wrongInAnHour: number): void;
}

/** How codes are made here. Null is no limit. */
export abstract class CodeSettings {
  abstract readonly length: number;
  abstract readonly lifeMs: Readonly<Record<CodePurpose, number>>;
  abstract readonly maxTries: number;
  abstract readonly guessesPerDay: number | null;
  abstract readonly guessesPerWeek: number | null;
  /** Of everybody; above it every code is long. */
  abstract readonly wrongCodesPerHour: number | null;
}
