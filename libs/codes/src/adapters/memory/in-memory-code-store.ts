import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { SnapshotStore, TtlMap } from '#platform/in-memory';
import { type ClaimTerms, CodeStore, type StoreClaimResult, type StoredStatus } from '../../application/ports.js';
import type { CodeAddress } from '../../facade.js';

interface StoredCode {
  readonly mac: string;
  readonly length: number;
  expiresAt: number;
  /** Until then its message may be accepted. Absent in snapshots of older versions. */
  unsentUntil?: number;
  tries: number;
  heldBy?: string | undefined;
  heldUntil: number;
  lastRequest?: string | undefined;
  lastOutcome?: StoreClaimResult | undefined;
}

/** Dead codes are kept this long, so that a repeated request still gets its outcome. */
const EXPIRED_RETENTION_MS = 15_000;

/** For a single process. Each method runs in one turn of the event loop and is therefore atomic. */
@Injectable()
export class InMemoryCodeStore extends CodeStore {
  readonly #codes: TtlMap<StoredCode>;

  constructor(clock: Clock, snapshots?: SnapshotStore) {
    super();
    this.#codes = new TtlMap(clock);
    snapshots?.register('codes', this.#codes);
  }

  async saveCode(address: CodeAddress, mac: string, length: number, lifeMs: number, unsentMs = lifeMs): Promise<void> {
    const { now } = this.#codes;
    const [expiresAt, unsentUntil] = [now + lifeMs, now + unsentMs];
    this.#write(address, { mac, length, expiresAt, unsentUntil, tries: 0, heldUntil: 0 });
  }

  async startLifetime(address: CodeAddress, mac: string, lifeMs: number): Promise<boolean> {
    const code = this.#findUnaccepted(address, mac);
    if (code) this.#write(address, { ...code, expiresAt: this.#codes.now + lifeMs });
    return code !== undefined;
  }

  async replaceMac(address: CodeAddress, mac: string, replacement: string, unsentMs: number | null): Promise<boolean> {
    const code = this.#findUnaccepted(address, mac);
    if (!code) return false;
    const unsentUntil = unsentMs === null ? code.unsentUntil : this.#codes.now + unsentMs;
    this.#write(address, { ...code, mac: replacement, unsentUntil });
    return true;
  }

  async deleteCode(address: CodeAddress): Promise<void> {
    this.#codes.delete(keyOf(address));
  }

  async claimCode(
    address: CodeAddress,
    macs: readonly string[],
    requestId: string,
    terms: ClaimTerms,
  ): Promise<StoreClaimResult> {
    const code = this.#codes.get(keyOf(address));
    if (!code) return { outcome: 'expired' };
    if (code.lastRequest === requestId && code.lastOutcome) return code.lastOutcome;
    const { now } = this.#codes;
    if (now >= code.expiresAt) return { outcome: 'expired' };
    if (code.heldBy !== undefined && now < code.heldUntil) return { outcome: 'busy' };
    const tries = code.tries + 1;
    const isCorrect = macs.some((mac) => equalsInConstantTime(mac, code.mac));
    const outcome: StoreClaimResult = isCorrect
      ? { outcome: 'granted' }
      : { outcome: 'wrong', attemptsRemaining: terms.maxTries - tries };
    const counted = { ...code, lastRequest: requestId, lastOutcome: outcome };
    this.#write(
      address,
      isCorrect ? withClaim(counted, requestId, now, terms) : withWrongTry(counted, tries, now, terms),
    );
    return outcome;
  }

  async releaseClaim(address: CodeAddress, requestId: string): Promise<void> {
    const code = this.#codes.get(keyOf(address));
    if (code?.heldBy !== requestId) return;
    this.#write(address, { ...code, heldBy: undefined, heldUntil: 0, lastRequest: undefined, lastOutcome: undefined });
  }

  async getStatus(address: CodeAddress, maxTries: number): Promise<StoredStatus | null> {
    const code = this.#codes.get(keyOf(address));
    if (!code || code.expiresAt <= this.#codes.now) return null;
    return { expiresAt: new Date(code.expiresAt), attemptsRemaining: maxTries - code.tries, length: code.length };
  }

  #findUnaccepted(address: CodeAddress, mac: string): StoredCode | undefined {
    const code = this.#codes.get(keyOf(address));
    return code?.mac === mac && this.#codes.now < (code.unsentUntil ?? 0) ? code : undefined;
  }

  #write(address: CodeAddress, code: StoredCode): void {
    this.#codes.set(keyOf(address), code, Math.max(code.expiresAt, code.unsentUntil ?? 0) + EXPIRED_RETENTION_MS);
  }
}

const equalsInConstantTime = (typed: string, stored: string): boolean =>
  timingSafeEqual(Buffer.from(typed), Buffer.from(stored));

const keyOf = ({ identifierHash, purpose, subject }: CodeAddress): string => `${identifierHash}:${purpose}:${subject}`;

/** A correct code does not count as a try. */
const withClaim = (code: StoredCode, requestId: string, now: number, terms: ClaimTerms): StoredCode => ({
  ...code,
  heldBy: requestId,
  heldUntil: now + terms.holdMs,
  expiresAt: Math.max(code.expiresAt, now + terms.graceMs),
});

const withWrongTry = (code: StoredCode, tries: number, now: number, terms: ClaimTerms): StoredCode => ({
  ...code,
  tries,
  ...(tries >= terms.maxTries ? { expiresAt: now, unsentUntil: now } : {}),
});
