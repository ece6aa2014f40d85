import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { SnapshotStore, TtlMap } from '#platform/in-memory';
import { RegistrationLimits } from '../../application/limits.js';
import { AttemptStore, type CodeRequest, type Placement, RegistrationSettings } from '../../application/ports.js';
import { PLACED_LIFE_MS, UNSENT_CODE_LIFE_MS } from '../../domain/limits.js';
import type { AttemptDraft, AttemptKey, AttemptState } from '../../domain/registration-attempt.js';

const DAY_MS = 24 * 3600 * 1000;
type Attempts = Readonly<Record<string, AttemptState>>;

/** For a single process. Each method runs in one turn of the event loop and is therefore atomic. */
@Injectable()
export class InMemoryAttemptStore extends AttemptStore {
  readonly #attempts: TtlMap<Attempts>;
  readonly #notified: TtlMap<true>;

  constructor(
    clock: Clock,
    private readonly rules: RegistrationSettings,
    private readonly limits: RegistrationLimits,
    snapshots?: SnapshotStore,
  ) {
    super();
    this.#attempts = new TtlMap(clock);
    this.#notified = new TtlMap(clock);
    snapshots?.register('attempts', this.#attempts);
    snapshots?.register('notified', this.#notified);
  }

  async now(): Promise<Date> {
    return new Date(this.#attempts.now);
  }

  async placeAttempt(draft: AttemptDraft, trusted: boolean): Promise<Placement> {
    const { now } = this.#attempts;
    const { [draft.tag]: same, ...others } = this.#liveAttempts(draft.identifierHash);
    if (same && isSame(same, draft)) return this.#insert(others, { ...same, profile: draft.profile });
    const room = freeSlot(others, trusted ? null : draft.source, this.limits, now);
    if (room === null) return { placed: false };
    return this.#insert(room, {
      ...draft,
      started: false,
      expiresAt: 0,
      askedAt: 0,
      codeUntil: now + PLACED_LIFE_MS,
      activatedAt: 0,
    });
  }

  async find(identifierHash: string, tags: readonly string[]): Promise<AttemptState | null> {
    const live = this.#liveAttempts(identifierHash);
    const places = [...tags, ...tags.map(receiptOf)];
    return places.map((place) => live[place]).find((attempt) => attempt !== undefined) ?? null;
  }

  async findById(identifierHash: string, attemptId: string): Promise<AttemptState | null> {
    return Object.values(this.#liveAttempts(identifierHash)).find((attempt) => attempt.attemptId === attemptId) ?? null;
  }

  async markStarted(key: AttemptKey, attemptId: string, customerId: string): Promise<void> {
    this.#change(key, attemptId, { customerId, started: true });
  }

  async requestCode(key: AttemptKey, attemptId: string, reference: string, pauseMs: number): Promise<CodeRequest> {
    const { now } = this.#attempts;
    const attempt = this.#liveAttempts(key.identifierHash)[key.tag];
    const waitMs = (attempt?.attemptId === attemptId ? attempt.askedAt : now) + pauseMs - now;
    if (!attempt || attempt.attemptId !== attemptId || waitMs > 0) {
      return {
        granted: false,
        retryAfterSeconds: Math.ceil(waitMs / 1000),
        reference: attempt?.reference ?? reference,
      };
    }
    this.#change(key, attemptId, { askedAt: now, codeUntil: now + UNSENT_CODE_LIFE_MS, reference });
    return { granted: true };
  }

  async cancelCodeRequest(key: AttemptKey, attemptId: string, reference: string): Promise<void> {
    const attempt = this.#liveAttempts(key.identifierHash)[key.tag];
    if (attempt?.reference === reference) this.#change(key, attemptId, { askedAt: 0 });
  }

  async recordCodeSent(key: AttemptKey, attemptId: string, lifeMs: number): Promise<void> {
    this.#change(key, attemptId, { codeUntil: this.#attempts.now + lifeMs });
  }

  async convertToReceipt(key: AttemptKey, attemptId: string): Promise<void> {
    const live = this.#liveAttempts(key.identifierHash);
    const attempt = live[key.tag];
    if (attempt?.attemptId !== attemptId) return;
    const kept = filterAttempts(live, ({ customerId }) => customerId !== attempt.customerId);
    const receipt = { ...attempt, activatedAt: this.#attempts.now };
    this.#write(key.identifierHash, { ...kept, [receiptOf(key.tag)]: receipt });
  }

  async remove({ identifierHash, tag }: AttemptKey): Promise<void> {
    const { [tag]: _removed, ...others } = this.#liveAttempts(identifierHash);
    this.#write(identifierHash, others);
  }

  async removeOthers(identifierHash: string, customerId: string | null): Promise<void> {
    const stays = (one: AttemptState) => customerId !== null && (one.customerId === customerId || !one.started);
    this.#write(identifierHash, filterAttempts(this.#liveAttempts(identifierHash), stays));
  }

  async countLive(): Promise<number> {
    return this.#attempts.values().reduce((sum, attempts) => sum + Object.keys(attempts).length, 0);
  }

  async reserveOwnerNotice(identifierHash: string): Promise<boolean> {
    if (this.#notified.get(identifierHash)) return false;
    this.#notified.set(identifierHash, true, this.#notified.now + DAY_MS);
    return true;
  }

  async releaseOwnerNotice(identifierHash: string): Promise<void> {
    this.#notified.delete(identifierHash);
  }

  #liveAttempts(identifierHash: string): Attempts {
    const { now } = this.#attempts;
    return filterAttempts(this.#attempts.get(identifierHash) ?? {}, ({ expiresAt }) => expiresAt > now);
  }

  #insert(others: Attempts, attempt: AttemptState): Placement {
    const placed = { ...attempt, expiresAt: this.#attempts.now + this.rules.attemptTtlSeconds * 1000 };
    this.#write(attempt.identifierHash, { ...others, [attempt.tag]: placed });
    return { placed: true, attempt: placed };
  }

  #change({ identifierHash, tag }: AttemptKey, attemptId: string, changes: Partial<AttemptState>): void {
    const live = this.#liveAttempts(identifierHash);
    const attempt = live[tag];
    if (attempt?.attemptId === attemptId) this.#write(identifierHash, { ...live, [tag]: { ...attempt, ...changes } });
  }

  #write(identifierHash: string, attempts: Attempts): void {
    const until = Math.max(0, ...Object.values(attempts).map(({ expiresAt }) => expiresAt));
    this.#attempts.set(identifierHash, attempts, until);
  }
}

const filterAttempts = (attempts: Attempts, fits: (attempt: AttemptState) => boolean): Attempts =>
  Object.fromEntries(Object.entries(attempts).filter(([, attempt]) => fits(attempt)));

/** A separate key, because the same password may start a new attempt later. */
const receiptOf = (tag: string): string => `receipt:${tag}`;

const isSame = (standing: AttemptState, draft: AttemptDraft): boolean =>
  standing.decoy === draft.decoy &&
  (!standing.started || draft.provisional || standing.customerId === draft.customerId);

/** Replaces the attempt without a live code whose last code request is oldest. Null when every attempt has a live code. */
function freeSlot(attempts: Attempts, source: string | null, limits: RegistrationLimits, now: number): Attempts | null {
  const ofSource = ({ source: other }: AttemptState) => other === source;
  const withinSource = removeOldestIfFull(attempts, limits.attemptsPerSource, ofSource, now);
  return withinSource && removeOldestIfFull(withinSource, limits.attemptsPerIdentifier, () => true, now);
}

function removeOldestIfFull(
  attempts: Attempts,
  limit: number | null,
  counts: (attempt: AttemptState) => boolean,
  now: number,
): Attempts | null {
  const counted = Object.values(attempts).filter((attempt) => attempt.activatedAt === 0 && counts(attempt));
  if (limit === null || counted.length < limit) return attempts;
  const dead = counted.filter(({ codeUntil }) => codeUntil <= now);
  const [oldest] = dead.sort((a, b) => a.askedAt - b.askedAt);
  if (!oldest) return null;
  const { [oldest.tag]: _gone, ...others } = attempts;
  return others;
}
