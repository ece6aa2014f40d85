import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { TtlMap } from '#platform/in-memory';
import { type IdempotencyState, IdempotencyStore } from './idempotency-store.js';

/** For a single process. One turn of the event loop is one atomic step. */
@Injectable()
export class InMemoryIdempotencyStore extends IdempotencyStore {
  readonly #known: TtlMap<{ readonly fingerprint: string; readonly answer?: string }>;

  constructor(clock: Clock) {
    super();
    this.#known = new TtlMap(clock);
  }

  async begin(key: string, fingerprint: string, holdMs: number): Promise<IdempotencyState> {
    const known = this.#known.get(key);
    if (known && known.fingerprint !== fingerprint) return { state: 'different' };
    if (known) return known.answer === undefined ? { state: 'running' } : { state: 'done', answer: known.answer };
    this.#known.set(key, { fingerprint }, this.#known.now + holdMs);
    return { state: 'new' };
  }

  async finish(key: string, fingerprint: string, answer: string, lifeMs: number): Promise<void> {
    this.#known.set(key, { fingerprint, answer }, this.#known.now + lifeMs);
  }

  async forget(key: string): Promise<void> {
    this.#known.delete(key);
  }
}
