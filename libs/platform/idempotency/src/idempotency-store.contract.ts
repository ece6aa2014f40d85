import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IdempotencyStore } from './idempotency-store.js';

/** One store, accessed over several connections. */
export interface IdempotencyStoreUnderTest {
  readonly connections: readonly [IdempotencyStore, ...IdempotencyStore[]];
  pass(milliseconds: number): Promise<void>;
  drop(): Promise<void>;
}

const SHORT = 100;
const LONG = 60_000;
const ANSWER = '{"id":"ü 🔑","n":1}';

/** Contract for every `IdempotencyStore`. */
export function idempotencyStoreContract(name: string, open: () => Promise<IdempotencyStoreUnderTest>): void {
  describe(`${name} is an IdempotencyStore`, () => {
    let under: IdempotencyStoreUnderTest;
    let store: IdempotencyStore;
    let key: string;

    const begin = (fingerprint = 'a', holdMs = LONG) => store.begin(key, fingerprint, holdMs);

    beforeAll(async () => {
      under = await open();
      [store] = under.connections;
    });
    beforeEach(() => {
      key = `{${randomUUID()}}:once`;
    });
    afterAll(() => under.drop());

    it('returns new for the first request and running for the second', async () => {
      expect([await begin(), await begin()]).toEqual([{ state: 'new' }, { state: 'running' }]);
    });

    it('returns the answer when the first request is done', async () => {
      await begin();
      await store.finish(key, 'a', ANSWER, LONG);
      expect([await begin(), await begin()]).toEqual(Array(2).fill({ state: 'done', answer: ANSWER }));
    });

    it('detects another request with the same key, running or done', async () => {
      await begin('a');
      expect(await begin('b')).toEqual({ state: 'different' });
      await store.finish(key, 'a', ANSWER, LONG);
      expect(await begin('b')).toEqual({ state: 'different' });
    });

    it('releases the key of a request that created nothing', async () => {
      await begin();
      await store.forget(key);
      expect(await begin('b')).toEqual({ state: 'new' });
    });

    it('releases the key of a request that never ends', async () => {
      await begin('a', SHORT);
      await under.pass(SHORT);
      expect(await begin('b')).toEqual({ state: 'new' });
    });

    it('keeps an answer for its lifetime', async () => {
      await begin();
      await store.finish(key, 'a', ANSWER, SHORT);
      await under.pass(SHORT);
      expect(await begin('b')).toEqual({ state: 'new' });
    });

    it('keeps keys apart', async () => {
      await begin();
      expect(await store.begin(`${key}:other`, 'a', LONG)).toEqual({ state: 'new' });
    });

    it('lets one of fifty concurrent requests begin [RC-17]', async () => {
      const begun = Array.from({ length: 50 }, (_, n) =>
        under.connections[n % under.connections.length]?.begin(key, n % 2 ? 'a' : 'b', LONG),
      );
      const states = (await Promise.all(begun)).map((remembered) => remembered?.state);
      expect(states.filter((state) => state === 'new')).toHaveLength(1);
      expect(states.filter((state) => state === 'different')).toHaveLength(25);
    });
  });
}
