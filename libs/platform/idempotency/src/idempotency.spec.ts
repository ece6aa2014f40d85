import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidInput, isUuid, Unavailable } from '#kernel';
import { FixedClock } from '#kernel/testing';
import { loadSecrets, parseSettings } from '#platform/config';
import { COMPLETE_ENVIRONMENT } from '#platform/config/testing';
import { Idempotency, IdempotencyKeyReused, IdempotentRequestRunning } from './idempotency.js';
import { InMemoryIdempotencyStore } from './in-memory-idempotency-store.js';

/** Records the arguments that the store receives. */
class WatchedStore extends InMemoryIdempotencyStore {
  readonly received: string[] = [];

  override begin(...args: Parameters<InMemoryIdempotencyStore['begin']>) {
    this.received.push(JSON.stringify(args));
    return super.begin(...args);
  }
}

describe('Idempotency', () => {
  let clock: FixedClock;
  let store: WatchedStore;
  let idempotency: Idempotency;
  let made: number;

  const once = (
    changes: { key?: string | undefined; scope?: string; body?: unknown; durable?: true } = {},
    work: (id?: string) => Promise<{ made: number }> = make,
  ) =>
    idempotency.runOnce(
      { key: 'k', scope: 'things mia', body: { a: 1, b: { c: 2, d: 3 } }, lifeMs: 60_000, ...changes },
      work,
    );
  const make = async () => ({ made: ++made });

  beforeEach(() => {
    [clock, made] = [new FixedClock(), 0];
    store = new WatchedStore(clock);
    idempotency = new Idempotency(store, loadSecrets(parseSettings(COMPLETE_ENVIRONMENT)));
  });

  it('returns the same answer for the same key and body, and runs the work once', async () => {
    expect(await once()).toEqual({ value: { made: 1 }, replayed: false });
    expect(await once()).toEqual({ value: { made: 1 }, replayed: true });
    expect(await once({ body: { b: { d: 3, c: 2 }, a: 1 } }), 'in another order').toMatchObject({ replayed: true });
  });

  it('rejects the same key with another body', async () => {
    await once();
    for (const body of [{ a: 1 }, { a: 1, b: { c: 2, d: 4 } }, [{ a: 1 }], null, 'x'])
      await expect(once({ body })).rejects.toBeInstanceOf(IdempotencyKeyReused);
    expect(made).toBe(1);
  });

  it('runs the work each time without a key, or with different keys', async () => {
    for (const key of [undefined, undefined, 'k', 'K', 'k2', 'x'.repeat(255)]) await once({ key });
    expect(made).toBe(6);
  });

  it('treats the same key of another caller or route as another key', async () => {
    await once();
    expect(await once({ scope: 'things zoe' })).toMatchObject({ replayed: false });
  });

  it('returns 409 while the first request runs, and releases the key of one that never ends', async () => {
    void once({}, () => new Promise(() => undefined));
    await expect(once()).rejects.toBeInstanceOf(IdempotentRequestRunning);
    clock.advance(15_000);
    expect(await once()).toMatchObject({ replayed: false });
  });

  it('passes the same id to a retry after a lost answer, and another id for another body', async () => {
    const ids: (string | undefined)[] = [];
    const lost = (id?: string) => Promise.reject(new Error(String(ids.push(id))));
    for (const body of [{ a: 1 }, { a: 1 }, { a: 2 }]) await once({ body }, lost).catch(() => undefined);
    await once({ key: undefined }, lost).catch(() => undefined);
    const [first, second, other, none] = ids;
    expect([isUuid(first ?? ''), first === second, first === other, none]).toEqual([true, true, false, undefined]);
  });

  it('allows a retry after failed work', async () => {
    await expect(once({}, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await once()).toEqual({ value: { made: 1 }, replayed: false });
  });

  describe('when the store is unavailable', () => {
    const away = async () => Promise.reject(new Unavailable());
    beforeEach(() => {
      store.begin = away;
      store.finish = away;
    });

    it('runs no work, because a repeat would run it again', async () => {
      await expect(once()).rejects.toBeInstanceOf(Unavailable);
      expect(made).toBe(0);
    });

    it('runs durable work under the same id each time', async () => {
      const ids: (string | undefined)[] = [];
      const work = async (id?: string) => ({ made: ids.push(id) });
      for (const made of [1, 2])
        expect(await once({ durable: true }, work)).toEqual({ value: { made }, replayed: false });
      expect([isUuid(ids[0] ?? ''), ids[0] === ids[1]]).toEqual([true, true]);
    });

    it('rethrows other errors', async () => {
      store.begin = async () => Promise.reject(new Error('a bug'));
      await expect(once({ durable: true })).rejects.toThrow('a bug');
    });
  });

  it('runs the work again after the lifetime of the answer', async () => {
    await once();
    clock.advance(60_000);
    expect(await once()).toEqual({ value: { made: 2 }, replayed: false });
  });

  it.each(['', ' ', 'a b', 'ü', 'x'.repeat(256), 'a\tb'])('rejects the key %j with 422', async (key) => {
    await expect(once({ key })).rejects.toBeInstanceOf(InvalidInput);
    expect(made).toBe(0);
  });

  it('stores neither the key nor the caller nor the body [ST-10]', async () => {
    await once({ key: 'the-key', scope: 'things mia@example.org', body: { password: 'hunter2' } });
    expect(store.received.join()).not.toMatch(/the-key|mia|hunter2|password/);
  });
});
