import {
  type ClaimResult,
  type CodeAddress,
  type CodeStatus,
  Codes,
  type GuessCharge,
  type IssuedCode,
} from '../../facade.js';
import type { CodeGenerator, CodeMac, CodeSettings, CodeStore, StoreClaimResult } from '../ports.js';
import type { GuessBudget } from './guess-budget.js';
import { guessLedgerKeyOf } from './guess-ledger-key.js';

/** A sender gives up a message that is not accepted within 8 s. The margin allows for a paused process. */
const ACCEPTANCE_MARGIN_MS = 10_000;
const CLAIM_TTL_MS = 10_000;
const RIGHT_CODE_GRACE_MS = 60_000;

export class OneTimeCodeService extends Codes {
  constructor(
    private readonly store: CodeStore,
    private readonly budget: GuessBudget,
    private readonly mac: CodeMac,
    private readonly generator: CodeGenerator,
    private readonly settings: CodeSettings,
  ) {
    super();
  }

  codeLengthFor(identifierHash: string): Promise<number> {
    return this.budget.codeLengthFor(identifierHash);
  }

  async isShorterThanRequired(address: CodeAddress, length: number): Promise<boolean> {
    const status = await this.store.getStatus(address, this.settings.maxTries);
    return status !== null && status.length < length;
  }

  async issue(address: CodeAddress, length: number, usualMs = 0): Promise<IssuedCode> {
    const digits = this.generator.generateDigits(length);
    const serial = this.mac.computeMac(address, digits);
    await this.#saveCode(address, serial, length, usualMs);
    return { digits, serial };
  }

  async issueDecoy(address: CodeAddress, length: number, usualMs = 0): Promise<string> {
    const serial = this.mac.randomMac();
    await this.#saveCode(address, serial, length, usualMs);
    return serial;
  }

  startLifetime(address: CodeAddress, serial: string): Promise<boolean> {
    return this.store.startLifetime(address, serial, this.settings.lifeMs[address.purpose]);
  }

  async discard(address: CodeAddress, serial: string): Promise<string> {
    const unmatchableMac = this.mac.randomMac();
    await this.store.replaceMac(address, serial, unmatchableMac, null);
    return unmatchableMac;
  }

  async reissue(address: CodeAddress, serial: string, length: number): Promise<IssuedCode | null> {
    const digits = this.generator.generateDigits(length);
    const next = this.mac.computeMac(address, digits);
    return (await this.store.replaceMac(address, serial, next, this.#acceptanceWindowMs(address)))
      ? { digits, serial: next }
      : null;
  }

  async reissueDecoy(address: CodeAddress, serial: string): Promise<string | null> {
    const next = this.mac.randomMac();
    return (await this.store.replaceMac(address, serial, next, this.#acceptanceWindowMs(address))) ? next : null;
  }

  async claim(address: CodeAddress, typed: string, requestId: string): Promise<ClaimResult> {
    // A try at a dead code is not charged, so it does not use up the guess budget of this identifier.
    if ((await this.store.getStatus(address, this.settings.maxTries)) === null) return { outcome: 'expired' };
    const ledgerKey = guessLedgerKeyOf(this.mac, address);
    const { charge, may } = await this.budget.chargeGuess(ledgerKey, typed.length);
    const compared = await this.#claimIfAllowed(address, typed, requestId, may).catch(async (error: unknown) => {
      await this.budget.refundGuess(ledgerKey, charge);
      throw error;
    });
    if (compared.outcome === 'granted') return { outcome: 'granted', charge };
    if (compared.outcome === 'wrong') await this.budget.recordWrongGuess(ledgerKey, charge, address.purpose);
    else await this.budget.refundGuess(ledgerKey, charge);
    return compared as ClaimResult;
  }

  releaseClaim(address: CodeAddress, requestId: string): Promise<void> {
    return this.store.releaseClaim(address, requestId);
  }

  refundGuess(address: CodeAddress, charge: GuessCharge): Promise<void> {
    return this.budget.refundGuess(guessLedgerKeyOf(this.mac, address), charge);
  }

  consume(address: CodeAddress): Promise<void> {
    return this.store.deleteCode(address);
  }

  async getStatus(address: CodeAddress): Promise<CodeStatus | null> {
    const status = await this.store.getStatus(address, this.settings.maxTries);
    if (status === null || status.length < (await this.budget.codeLengthFor(guessLedgerKeyOf(this.mac, address))))
      return null;
    const { expiresAt, attemptsRemaining } = status;
    return { expiresAt, attemptsRemaining };
  }

  /** Reports a code that must never be compared as expired. */
  async #claimIfAllowed(
    address: CodeAddress,
    typed: string,
    requestId: string,
    may: 'compare' | 'later' | 'never',
  ): Promise<StoreClaimResult> {
    if (may !== 'compare') return { outcome: may === 'never' ? 'expired' : 'busy' };
    const terms = { maxTries: this.settings.maxTries, holdMs: CLAIM_TTL_MS, graceMs: RIGHT_CODE_GRACE_MS };
    return this.store.claimCode(address, this.mac.computeCandidates(address, typed), requestId, terms);
  }

  #saveCode(address: CodeAddress, serial: string, length: number, usualMs: number): Promise<void> {
    const lifeMs = usualMs + this.settings.lifeMs[address.purpose];
    return this.store.saveCode(address, serial, length, lifeMs, this.#acceptanceWindowMs(address));
  }

  #acceptanceWindowMs({ purpose }: CodeAddress): number {
    return this.settings.lifeMs[purpose] + ACCEPTANCE_MARGIN_MS;
  }
}
