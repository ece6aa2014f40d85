import { type Claim, type CodeAddress, type CodeStatus, Codes, type GuessCharge, type IssuedCode } from '../facade.js';
import { accountOf } from './guess-accounts.js';
import type { GuessBudget } from './guess-budget.js';
import type { CodeGenerator, CodeMac, CodeRules, CodeStore, Comparison } from './ports.js';

/** A message that is not accepted within 8 s is given up. Counted generously: its sender may have been frozen meanwhile. */
const UNSENT_MARGIN_MS = 10_000;
const HOLD_MS = 10_000;
const GRACE_MS = 60_000;

export class KeyedCodes extends Codes {
  constructor(
    private readonly store: CodeStore,
    private readonly budget: GuessBudget,
    private readonly mac: CodeMac,
    private readonly generator: CodeGenerator,
    private readonly rules: CodeRules,
  ) {
    super();
  }

  lengthFor(identifierHash: string): Promise<number> {
    return this.budget.length(identifierHash);
  }

  async isOutgrown(address: CodeAddress, length: number): Promise<boolean> {
    const status = await this.store.status(address, this.rules.maxTries);
    return status !== null && status.length < length;
  }

  async issue(address: CodeAddress, length: number, usualMs = 0): Promise<IssuedCode> {
    const digits = this.generator.digits(length);
    const serial = this.mac.of(address, digits);
    await this.#put(address, serial, length, usualMs);
    return { digits, serial };
  }

  async issueDecoy(address: CodeAddress, length: number, usualMs = 0): Promise<string> {
    const serial = this.mac.ofNothing();
    await this.#put(address, serial, length, usualMs);
    return serial;
  }

  start(address: CodeAddress, serial: string): Promise<boolean> {
    return this.store.restart(address, serial, this.rules.lifeMs[address.purpose]);
  }

  async discard(address: CodeAddress, serial: string): Promise<string> {
    const nothing = this.mac.ofNothing();
    await this.store.swap(address, serial, nothing, null);
    return nothing;
  }

  async reissue(address: CodeAddress, serial: string, length: number): Promise<IssuedCode | null> {
    const digits = this.generator.digits(length);
    const next = this.mac.of(address, digits);
    return (await this.store.swap(address, serial, next, this.#unsentMs(address))) ? { digits, serial: next } : null;
  }

  async reissueDecoy(address: CodeAddress, serial: string): Promise<string | null> {
    const next = this.mac.ofNothing();
    return (await this.store.swap(address, serial, next, this.#unsentMs(address))) ? next : null;
  }

  async claim(address: CodeAddress, typed: string, requestId: string): Promise<Claim> {
    // A dead code is no guess: it holds none of the few places in which guesses at this identifier are compared.
    if ((await this.store.status(address, this.rules.maxTries)) === null) return { outcome: 'expired' };
    const account = accountOf(this.mac, address);
    const { charge, may } = await this.budget.charge(account, typed.length);
    const compared = await this.#compare(address, typed, requestId, may).catch(async (error: unknown) => {
      await this.budget.giveBack(account, charge);
      throw error;
    });
    if (compared.outcome === 'granted') return { outcome: 'granted', charge };
    if (compared.outcome === 'wrong') await this.budget.settle(account, charge, address.purpose);
    else await this.budget.giveBack(account, charge);
    return compared as Claim;
  }

  release(address: CodeAddress, requestId: string): Promise<void> {
    return this.store.release(address, requestId);
  }

  giveBack(address: CodeAddress, charge: GuessCharge): Promise<void> {
    return this.budget.giveBack(accountOf(this.mac, address), charge);
  }

  consume(address: CodeAddress): Promise<void> {
    return this.store.remove(address);
  }

  async status(address: CodeAddress): Promise<CodeStatus | null> {
    const status = await this.store.status(address, this.rules.maxTries);
    if (status === null || status.length < (await this.budget.length(accountOf(this.mac, address)))) return null;
    const { expiresAt, attemptsRemaining } = status;
    return { expiresAt, attemptsRemaining };
  }

  /** What must never be compared is dead. */
  async #compare(
    address: CodeAddress,
    typed: string,
    requestId: string,
    may: 'compare' | 'later' | 'never',
  ): Promise<Comparison> {
    if (may !== 'compare') return { outcome: may === 'never' ? 'expired' : 'busy' };
    const terms = { maxTries: this.rules.maxTries, holdMs: HOLD_MS, graceMs: GRACE_MS };
    return this.store.claim(address, this.mac.candidates(address, typed), requestId, terms);
  }

  #put(address: CodeAddress, serial: string, length: number, usualMs: number): Promise<void> {
    const lifeMs = usualMs + this.rules.lifeMs[address.purpose];
    return this.store.put(address, serial, length, lifeMs, this.#unsentMs(address));
  }

  #unsentMs({ purpose }: CodeAddress): number {
    return this.rules.lifeMs[purpose] + UNSENT_MARGIN_MS;
  }
}
