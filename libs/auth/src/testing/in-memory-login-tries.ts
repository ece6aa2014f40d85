import type { Clock } from '#kernel';
import { LoginTries, type LoginTry, type TryAnswer } from '../application/ports.js';
import { backoffAt, forgottenAfter, LOST_MS, QUIET_MS, totalAt, waitAfter } from '../domain/login-backoff.js';

interface Count {
  wrong: number;
  open: number;
  last: number;
  waitUntil: number;
}

/** Passes the contract of `LoginTries`. One turn of the event loop is one atomic step. */
export class InMemoryLoginTries extends LoginTries {
  readonly #counts = new Map<string, Count>();
  /** By key: when all of its total will be forgotten. */
  readonly #totals = new Map<string, number>();

  constructor(private readonly clock: Clock) {
    super();
  }

  override async take(wanted: LoginTry): Promise<TryAnswer> {
    const now = this.#now;
    const count = this.#of(wanted);
    if (count.waitUntil > now) return { may: 'never', retryAfterSeconds: Math.ceil((count.waitUntil - now) / 1000) };
    if (count.last < now - LOST_MS) count.open = 0;
    if (count.open >= Math.max(1, backoffAt(this.#totalOf(wanted)).freeTries - count.wrong)) return { may: 'later' };
    if (count.last < now - QUIET_MS && count.waitUntil < now - QUIET_MS) count.wrong = 0;
    count.last = now;
    count.open++;
    return { may: 'compare', counted: wanted };
  }

  override async settle(counted: LoginTry): Promise<void> {
    const { subjectKey, slowedByOthers } = counted;
    if (slowedByOthers) this.#totals.set(subjectKey, forgottenAfter(this.#now, this.#totals.get(subjectKey) ?? 0));
    const count = this.#of(counted);
    count.wrong++;
    close(count);
    count.last = this.#now;
    count.waitUntil = this.#now + waitAfter(count.wrong, this.#totalOf(counted));
  }

  override async giveBack(counted: LoginTry): Promise<void> {
    close(this.#of(counted));
  }

  override async forgive(counted: LoginTry): Promise<void> {
    Object.assign(this.#of(counted), { wrong: 0, waitUntil: 0 });
    close(this.#of(counted));
  }

  #of({ subjectKey, source }: LoginTry): Count {
    const key = `${subjectKey} ${source}`;
    const count = this.#counts.get(key) ?? { wrong: 0, open: 0, last: this.#now, waitUntil: 0 };
    this.#counts.set(key, count);
    return count;
  }

  #totalOf({ subjectKey, slowedByOthers }: LoginTry): number {
    return slowedByOthers ? totalAt(this.#now, this.#totals.get(subjectKey) ?? 0) : 0;
  }

  get #now(): number {
    return this.clock.now().getTime();
  }
}

function close(count: Count): void {
  count.open = Math.max(0, count.open - 1);
}
