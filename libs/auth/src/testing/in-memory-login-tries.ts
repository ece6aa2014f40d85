import type { Clock } from '#kernel';
import { LoginTries, type LoginTryDecision, type LoginTryKey } from '../application/ports.js';
import {
  ABANDONED_TRY_AFTER_MS,
  backoffForTotal,
  COUNT_RESET_AFTER_MS,
  decayedAtAfterWrongTry,
  remainingTotalAt,
  waitMsAfter,
} from '../domain/login-backoff.js';

interface TryCount {
  wrong: number;
  open: number;
  last: number;
  waitUntil: number;
}

/** Passes the contract of `LoginTries`. Each call is atomic within a turn of the event loop. */
export class InMemoryLoginTries extends LoginTries {
  readonly #counts = new Map<string, TryCount>();
  /** By key: when its total will have decayed to zero. */
  readonly #totals = new Map<string, number>();

  constructor(private readonly clock: Clock) {
    super();
  }

  override async startTry(wanted: LoginTryKey): Promise<LoginTryDecision> {
    const now = this.#now;
    const count = this.#countOf(wanted);
    if (count.waitUntil > now) return { may: 'never', retryAfterSeconds: Math.ceil((count.waitUntil - now) / 1000) };
    if (count.last < now - ABANDONED_TRY_AFTER_MS) count.open = 0;
    if (count.open >= Math.max(1, backoffForTotal(this.#totalOf(wanted)).freeTries - count.wrong))
      return { may: 'later' };
    if (count.last < now - COUNT_RESET_AFTER_MS && count.waitUntil < now - COUNT_RESET_AFTER_MS) count.wrong = 0;
    count.last = now;
    count.open++;
    return { may: 'compare', counted: wanted };
  }

  override async recordWrongTry(counted: LoginTryKey): Promise<void> {
    const { subjectKey, slowedByOthers } = counted;
    if (slowedByOthers)
      this.#totals.set(subjectKey, decayedAtAfterWrongTry(this.#now, this.#totals.get(subjectKey) ?? 0));
    const count = this.#countOf(counted);
    count.wrong++;
    closeTry(count);
    count.last = this.#now;
    count.waitUntil = this.#now + waitMsAfter(count.wrong, this.#totalOf(counted));
  }

  override async cancelTry(counted: LoginTryKey): Promise<void> {
    closeTry(this.#countOf(counted));
  }

  override async resetTries(counted: LoginTryKey): Promise<void> {
    Object.assign(this.#countOf(counted), { wrong: 0, waitUntil: 0 });
    closeTry(this.#countOf(counted));
  }

  #countOf({ subjectKey, source }: LoginTryKey): TryCount {
    const key = `${subjectKey} ${source}`;
    const count = this.#counts.get(key) ?? { wrong: 0, open: 0, last: this.#now, waitUntil: 0 };
    this.#counts.set(key, count);
    return count;
  }

  #totalOf({ subjectKey, slowedByOthers }: LoginTryKey): number {
    return slowedByOthers ? remainingTotalAt(this.#now, this.#totals.get(subjectKey) ?? 0) : 0;
  }

  get #now(): number {
    return this.clock.now().getTime();
  }
}

function closeTry(count: TryCount): void {
  count.open = Math.max(0, count.open - 1);
}
