import { expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { LIMITS, SETTINGS } from '../../testing/registration-settings.js';
import { attemptStoreContract } from '../attempt-store.contract.js';
import { InMemoryAttemptStore } from './in-memory-attempt-store.js';

attemptStoreContract('InMemoryAttemptStore', async () => {
  const clock = new FixedClock();
  const rules = { ...SETTINGS };
  const limits = { ...LIMITS };
  const store = new InMemoryAttemptStore(clock, rules, limits);
  return {
    connections(...given) {
      Object.assign(rules, given[0]);
      Object.assign(limits, given[1]);
      return [store, store];
    },
    now: () => clock.now().getTime(),
    pass: (milliseconds) => clock.pause(milliseconds),
    drop: async () => undefined,
  };
});

it('reserves another owner notice after a day', async () => {
  const clock = new FixedClock();
  const store = new InMemoryAttemptStore(clock, SETTINGS, LIMITS);
  expect([await store.reserveOwnerNotice('h'), await store.reserveOwnerNotice('h')]).toEqual([true, false]);
  clock.advance(24 * 3_600_000 - 1);
  expect(await store.reserveOwnerNotice('h')).toBe(false);
  clock.advance(1);
  expect(await store.reserveOwnerNotice('h')).toBe(true);
});
