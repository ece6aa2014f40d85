import type { Clock } from '#kernel';
import { LoginTries, type LoginTry, type TryAnswer } from '../application/ports.js';
import { FREE_TRIES, KNOWN_MS, LOST_MS, QUIET_MS, waitAfter } from '../domain/login-wait.js';

interface Count {
  wrong: number;
  open: number;
  last: number;
  waitUntil: number;
  knownUntil: number;
}

/** Passes the contract of `LoginTries`. One turn of the event loop is one atomic step. */
export class InMemoryLoginTries extends LoginTries {
  readonly #counts = new Map<string, Count>();

  constructor(private readonly clock: Clock) {
    super();
  }

  override async take(subjectKey: string, source: string): Promise<TryAnswer> {
    const now = this.#now;
    const known = (this.#counts.get(`${subjectKey} ${source}`)?.knownUntil ?? 0) > now;
    const counted = { subjectKey, source: known ? source : '' };
    const count = this.#of(counted);
    if (count.waitUntil > now) return { may: 'never', retryAfterSeconds: Math.ceil((count.waitUntil - now) / 1000) };
    if (count.last < now - LOST_MS) count.open = 0;
    if (count.open >= Math.max(1, FREE_TRIES - count.wrong)) return { may: 'later' };
    if (count.last < now - QUIET_MS && count.waitUntil < now - QUIET_MS) count.wrong = 0;
    count.last = now;
    count.open++;
    return { may: 'compare', counted };
  }

  override async settle(counted: LoginTry): Promise<void> {
    const count = this.#of(counted);
    count.wrong++;
    close(count);
    count.last = this.#now;
    count.waitUntil = this.#now + waitAfter(count.wrong);
  }

  override async giveBack(counted: LoginTry): Promise<void> {
    close(this.#of(counted));
  }

  override async forgive(counted: LoginTry, source: string): Promise<void> {
    Object.assign(this.#of(counted), { wrong: 0, waitUntil: 0 });
    close(this.#of(counted));
    this.#of({ subjectKey: counted.subjectKey, source }).knownUntil = this.#now + KNOWN_MS;
  }

  #of({ subjectKey, source }: LoginTry): Count {
    const key = `${subjectKey} ${source}`;
    const count = this.#counts.get(key) ?? { wrong: 0, open: 0, last: this.#now, waitUntil: 0, knownUntil: 0 };
    this.#counts.set(key, count);
    return count;
  }

  get #now(): number {
    return this.clock.now().getTime();
  }
}

function close(count: Count): void {
  count.open = Math.max(0, count.open - 1);
}
