import { randomUUID } from 'node:crypto';
import type { ClaimTerms, CodeStore } from '../application/ports.js';
import type { CodeAddress } from '../facade.js';

export const MINUTE = 60_000;
/** A lifetime short enough for a test to wait for, in milliseconds. */
export const SHORT_LIFE_MS = 120;
export const CLAIM_TERMS: ClaimTerms = { maxTries: 3, holdMs: 10_000, graceMs: MINUTE };
export const GRANTED = { outcome: 'granted' };
export const EXPIRED = { outcome: 'expired' };
export const BUSY = { outcome: 'busy' };
export const wrongOutcome = (attemptsRemaining: number) => ({ outcome: 'wrong', attemptsRemaining });
export const randomMacHex = () => randomUUID().replaceAll('-', '').repeat(2);
export const aCodeAddress = (): CodeAddress => ({
  identifierHash: randomMacHex(),
  purpose: 'registration',
  subject: randomUUID(),
});

/** One store, reached through several connections, and its clock. */
export interface CodeStoreUnderTest {
  readonly connections: readonly [CodeStore, ...CodeStore[]];
  /** Unix milliseconds by the store's clock. */
  now(): number;
  pass(milliseconds: number): Promise<void>;
  drop(): Promise<void>;
}

/** State shared by the parts of the contract. */
export class CodeStoreFixture {
  declare underTest: CodeStoreUnderTest;
  declare store: CodeStore;
  /** Fresh for every test. */
  declare address: CodeAddress;
  /** Fresh for every test. */
  declare mac: string;

  readonly claim = (typed = this.mac, request: string = randomUUID(), terms: Partial<ClaimTerms> = {}) =>
    this.store.claimCode(this.address, [typed], request, { ...CLAIM_TERMS, ...terms });
  readonly put = (life = MINUTE) => this.store.saveCode(this.address, this.mac, 4, life);
  readonly attemptsLeft = async () =>
    (await this.store.getStatus(this.address, CLAIM_TERMS.maxTries))?.attemptsRemaining;
}
