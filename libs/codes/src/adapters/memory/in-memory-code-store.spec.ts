import { expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { codeStoreContract } from '../code-store.contract.js';
import { InMemoryCodeStore } from './in-memory-code-store.js';

codeStoreContract('InMemoryCodeStore', async () => {
  const clock = new FixedClock();
  const store = new InMemoryCodeStore(clock);
  return {
    connections: [store, store, store, store],
    now: () => clock.now().getTime(),
    pass: (milliseconds) => clock.pause(milliseconds),
    drop: async () => undefined,
  };
});

it('releases the claim of a crashed request after ten seconds and keeps the code for its grace period [KP-A1]', async () => {
  const clock = new FixedClock();
  const store = new InMemoryCodeStore(clock);
  const address = { identifierHash: 'a'.repeat(64), purpose: 'registration', subject: 's' } as const;
  const terms = { maxTries: 3, holdMs: 10_000, graceMs: 60_000 };
  await store.saveCode(address, 'mac', 4, 60_000);
  clock.advance(59_999);
  expect(await store.claimCode(address, ['mac'], 'crashed', terms)).toEqual({ outcome: 'granted' });
  clock.advance(9_999);
  expect(await store.claimCode(address, ['mac'], 'again', terms)).toEqual({ outcome: 'busy' });
  clock.advance(1);
  expect(await store.claimCode(address, ['mac'], 'again', terms)).toEqual({ outcome: 'granted' });
  await store.releaseClaim(address, 'again');
  clock.advance(60_000);
  expect(await store.claimCode(address, ['mac'], 'too late', terms)).toEqual({ outcome: 'expired' });
});
