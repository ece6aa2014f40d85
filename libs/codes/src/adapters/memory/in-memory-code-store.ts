import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { EphemeralMap, Snapshots } from '#platform';
import { type ClaimTerms, CodeStore, type Comparison, type StoredStatus } from '../../application/ports.js';
import type { CodeAddress } from '../../facade.js';

interface StoredCode {
  readonly mac: string;
  readonly length: number;
  expiresAt: number;
  /** Until then its message may be accepted. Not known of what an older program has kept. */
  unsentUntil?: number;
  tries: number;
  heldBy?: string | undefined;
  heldUntil: number;
  lastRequest?: string | undefined;
  lastOutcome?: Comparison | undefined;
}

/** Dead codes are kept a little, so that the repeat of a request still finds its outcome. */
const GRAVE_MS = 15_000;

/** For a single process. One turn of the event loop is one atomic step. */
@Injectable()
export class InMemoryCodeStore extends CodeStore {
  readonly #codes: EphemeralMap<StoredCode>;

  constructor(clock: Clock, snapshots?: Snapshots) {
    super();
    this.#codes = new EphemeralMap(clock);
    snapshots?.keep('codes', this.#codes);
  }

  async put(address: CodeAddress, mac: string, length: number, lifeMs: number, unsentMs = lifeMs): Promise<void> {
    const { now } = this.#codes;
    const [expiresAt, unsentUntil] = [now + lifeMs, now + unsentMs];
    this.#write(address, { mac, length, expiresAt, unsentUntil, tries: 0, heldUntil: 0 });
  }

  async restart(address: CodeAddress, mac: string, lifeMs: number): Promise<boolean> {
    const code = this.#unsent(address, mac);
    if (code) this.#write(address, { ...code, expiresAt: this.#codes.now + lifeMs });
    return code !== undefined;
  }

  async swap(address: CodeAddress, mac: string, by: string, unsentMs: number | null): Promise<boolean> {
    const code = this.#unsent(address, mac);
    if (!code) return false;
    const unsentUntil = unsentMs === null ? code.unsentUntil : this.#codes.now + unsentMs;
    this.#write(address, { ...code, mac: by, unsentUntil });
    return true;
  }

  async remove(address: CodeAddress): Promise<void> {
    this.#codes.delete(keyOf(address));
  }

  async claim(
    address: CodeAddress,
    macs: readonly string[],
    requestId: string,
    terms: ClaimTerms,
  ): Promise<Comparison> {
    const code = this.#codes.get(keyOf(address));
    if (!code) return { outcome: 'expired' };
    if (code.lastRequest === requestId && code.lastOutcome) return code.lastOutcome;
    const { now } = this.#codes;
    if (now >= code.expiresAt) return { outcome: 'expired' };
    if (code.heldBy !== undefined && now < code.heldUntil) return { outcome: 'busy' };
    const tries = code.tries + 1;
    const right = macs.some((mac) => isSame(mac, code.mac));
    const outcome: Comparison = right
      ? { outcome: 'granted' }
      : { outcome: 'wrong', attemptsRemaining: terms.maxTries - tries };
    const counted = { ...code, lastRequest: requestId, lastOutcome: outcome };
    this.#write(address, right ? held(counted, requestId, now, terms) : burnt(counted, tries, now, terms));
    return outcome;
  }

  async release(address: CodeAddress, requestId: string): Promise<void> {
    const code = this.#codes.get(keyOf(address));
    if (code?.heldBy !== requestId) return;
    this.#write(address, { ...code, heldBy: undefined, heldUntil: 0, lastRequest: undefined, lastOutcome: undefined });
  }

  async status(address: CodeAddress, maxTries: number): Promise<StoredStatus | null> {
    const code = this.#codes.get(keyOf(address));
    if (!code || code.expiresAt <= this.#codes.now) return null;
    return { expiresAt: new Date(code.expiresAt), attemptsRemaining: maxTries - code.tries, length: code.length };
  }

  #unsent(address: CodeAddress, mac: string): StoredCode | undefined {
    const code = this.#codes.get(keyOf(address));
    return code?.mac === mac && this.#codes.now < (code.unsentUntil ?? 0) ? code : undefined;
  }

  #write(address: CodeAddress, code: StoredCode): void {
    this.#codes.set(keyOf(address), code, Math.max(code.expiresAt, code.unsentUntil ?? 0) + GRAVE_MS);
  }
}

const isSame = (typed: string, stored: string): boolean => timingSafeEqual(Buffer.from(typed), Buffer.from(stored));

const keyOf = ({ identifierHash, purpose, subject }: CodeAddress): string => `${identifierHash}:${purpose}:${subject}`;

/** A right code is no wrong try. */
const held = (code: StoredCode, requestId: string, now: number, terms: ClaimTerms): StoredCode => ({
  ...code,
  heldBy: requestId,
  heldUntil: now + terms.holdMs,
  expiresAt: Math.max(code.expiresAt, now + terms.graceMs),
});

const burnt = (code: StoredCode, tries: number, now: number, terms: ClaimTerms): StoredCode => ({
  ...code,
  tries,
  ...(tries >= terms.maxTries ? { expiresAt: now, unsentUntil: now } : {}),
});
