import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Allowance, Clock, Counters, type Taken } from '#kernel';
import { EphemeralMap } from '#platform/in-memory';

interface Counted {
  readonly ticket: string;
  readonly at: number;
}

/** For a single process. One turn of the event loop is one atomic step. */
@Injectable()
export class InMemoryCounters extends Counters {
  readonly #counted: EphemeralMap<readonly Counted[]>;

  constructor(clock: Clock) {
    super();
    this.#counted = new EphemeralMap(clock);
  }

  async take(key: string, allowances: readonly Allowance[]): Promise<Taken> {
    const { now } = this.#counted;
    const longest = Math.max(...allowances.map(({ windowMs }) => windowMs));
    const counted = this.#within(key, longest);
    const waitMs = Math.max(0, ...allowances.map((allowance) => waitOf(counted, allowance, now)));
    if (waitMs > 0) return { allowed: false, retryAfterSeconds: Math.ceil(waitMs / 1000) };
    const ticket = randomUUID();
    this.#counted.set(key, [...counted, { ticket, at: now }], now + longest);
    return { allowed: true, ticket };
  }

  async giveBack(key: string, ticket: string): Promise<void> {
    const counted = this.#counted.get(key)?.filter((one) => one.ticket !== ticket) ?? [];
    const last = counted.at(-1);
    if (last) this.#counted.set(key, counted, last.at + 24 * 3600 * 1000);
    else this.#counted.delete(key);
  }

  async count(key: string, windowMs: number): Promise<number> {
    return this.#within(key, windowMs).length;
  }

  #within(key: string, windowMs: number): readonly Counted[] {
    const since = this.#counted.now - windowMs;
    return this.#counted.get(key)?.filter(({ at }) => at > since) ?? [];
  }
}

/** Milliseconds until there is room; 0 when there is. */
function waitOf(counted: readonly Counted[], { most, windowMs }: Allowance, now: number): number {
  const inside = counted.filter(({ at }) => at > now - windowMs);
  if (most === null || inside.length < most) return 0;
  const freeing = inside.at(-most);
  return Math.max(1, (freeing?.at ?? now) + windowMs - now);
}
