import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidInput, isUuid, Unavailable } from '#kernel';
import { FixedClock } from '#kernel/testing';
import { loadSecrets, parseSettings } from '#platform/config';
import { COMPLETE_ENVIRONMENT } from '#platform/config/testing';
import { Idempotency, IdempotencyKeyReused, IdempotentRequestRunning } from './idempotency.js';
import { InMemoryIdempotencyStore } from './in-memory-idempotency-store.js';

/** Keeps what the store is told. */
class WatchedStore extends InMemoryIdempotencyStore {
  readonly told: string[] = [];

  override begin(...told: Parameters<InMemoryIdempotencyStore['begin']>) {
    this.told.push(JSON.stringify(told));
    return super.begin(...told);
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

  it('given the same key and body, then the same answer, and the work is done once', async () => {
    expect(await once()).toEqual({ value: { made: 1 }, replayed: false });
    expect(await once()).toEqual({ value: { made: 1 }, replayed: true });
    expect(await once({ body: { b: { d: 3, c: 2 }, a: 1 } }), 'in another order').toMatchObject({ replayed: true });
  });

  it('given the same key and another body, then it is refused', async () => {
    await once();
    for (const body of [{ a: 1 }, { a: 1, b: { c: 2, d: 4 } }, [{ a: 1 }], null, 'x'])
      await expect(once({ body })).rejects.toBeInstanceOf(IdempotencyKeyReused);
    expect(made).toBe(1);
  });

  it('given no key, or others, then the work is done each time', async () => {
    for (const key of [undefined, undefined, 'k', 'K', 'k2', 'x'.repeat(255)]) await once({ key });
    expect(made).toBe(6);
  });

  it('given the same key of another caller or route, then it is another key', async () => {
    await once();
    expect(await once({ scope: 'things zoe' })).toMatchObject({ replayed: false });
  });

  it('given a first that is still running, then 409; given one that never ends, then its key is free after a while', async () => {
    void once({}, () => new Promise(() => undefined));
    await expect(once()).rejects.toBeInstanceOf(IdempotentRequestRunning);
    clock.advance(15_000);
    expect(await once()).toMatchObject({ replayed: false });
  });

  it('given a try after one that was lost, then the work has the same id, and another body has another', async () => {
    const ids: (string | undefined)[] = [];
    const lost = (id?: string) => Promise.reject(new Error(String(ids.push(id))));
    for (const body of [{ a: 1 }, { a: 1 }, { a: 2 }]) await once({ body }, lost).catch(() => undefined);
    await once({ key: undefined }, lost).catch(() => undefined);
    const [first, second, other, none] = ids;
    expect([isUuid(first ?? ''), first === second, first === other, none]).toEqual([true, true, false, undefined]);
  });

  it('given work that fails, then the next may try', async () => {
    await expect(once({}, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await once()).toEqual({ value: { made: 1 }, replayed: false });
  });

  describe('given a store that is away', () => {
    const away = async () => Promise.reject(new Unavailable());
    beforeEach(() => {
      store.begin = away;
      store.finish = away;
    });

    it('then nothing is done, because a repeat would do it again', async () => {
      await expect(once()).rejects.toBeInstanceOf(Unavailable);
      expect(made).toBe(0);
    });

    it('then what bears the id of its request is made all the same, under the same id each time', async () => {
      const ids: (string | undefined)[] = [];
      const work = async (id?: string) => ({ made: ids.push(id) });
      for (const made of [1, 2])
        expect(await once({ durable: true }, work)).toEqual({ value: { made }, replayed: false });
      expect([isUuid(ids[0] ?? ''), ids[0] === ids[1]]).toEqual([true, true]);
    });

    it('then other faults of it stay faults', async () => {
      store.begin = async () => Promise.reject(new Error('a bug'));
      await expect(once({ durable: true })).rejects.toThrow('a bug');
    });
  });

  it('given its life is over, then the work is done again', async () => {
    await once();
    clock.advance(60_000);
    expect(await once()).toEqual({ value: { made: 2 }, replayed: false });
  });

  it.each(['', ' ', 'a b', 'ü', 'x'.repeat(256), 'a\tb'])('given the key %j, then 422', async (key) => {
    await expect(once({ key })).rejects.toBeInstanceOf(InvalidInput);
    expect(made).toBe(0);
  });

  it('ST-10 given a key, a caller and a body, then the store learns none of them', async () => {
    await once({ key: 'the-key', scope: 'things mia@example.org', body: { password: 'hunter2' } });
    expect(store.told.join()).not.toMatch(/the-key|mia|hunter2|password/);
  });
});
