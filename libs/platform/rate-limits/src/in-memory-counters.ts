import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Allowance, Clock, Counters, type ReservationResult } from '#kernel';
import { TtlMap } from '#platform/in-memory';

interface CountedEvent {
  readonly ticket: string;
  readonly at: number;
}

/** For a single process. One turn of the event loop is one atomic step. */
@Injectable()
export class InMemoryCounters extends Counters {
  readonly #events: TtlMap<readonly CountedEvent[]>;

  constructor(clock: Clock) {
    super();
    this.#events = new TtlMap(clock);
  }

  async reserve(key: string, allowances: readonly Allowance[]): Promise<ReservationResult> {
    const { now } = this.#events;
    const longest = Math.max(...allowances.map(({ windowMs }) => windowMs));
    const counted = this.#eventsWithin(key, longest);
    const waitMs = Math.max(0, ...allowances.map((allowance) => waitMsFor(counted, allowance, now)));
    if (waitMs > 0) return { allowed: false, retryAfterSeconds: Math.ceil(waitMs / 1000) };
    const ticket = randomUUID();
    this.#events.set(key, [...counted, { ticket, at: now }], now + longest);
    return { allowed: true, ticket };
  }

  async release(key: string, ticket: string): Promise<void> {
    const counted = this.#events.get(key)?.filter((event) => event.ticket !== ticket) ?? [];
    const last = counted.at(-1);
    if (last) this.#events.set(key, counted, last.at + 24 * 3600 * 1000);
    else this.#events.delete(key);
  }

  async count(key: string, windowMs: number): Promise<number> {
    return this.#eventsWithin(key, windowMs).length;
  }

  #eventsWithin(key: string, windowMs: number): readonly CountedEvent[] {
    const since = this.#events.now - windowMs;
    return this.#events.get(key)?.filter(({ at }) => at > since) ?? [];
  }
}

/** Milliseconds until a use is allowed; 0 when it is allowed now. */
function waitMsFor(counted: readonly CountedEvent[], { max, windowMs }: Allowance, now: number): number {
  const inside = counted.filter(({ at }) => at > now - windowMs);
  if (max === null || inside.length < max) return 0;
  const freeing = inside.at(-max);
  return Math.max(1, (freeing?.at ?? now) + windowMs - now);
}
