import { FixedClock } from '#kernel/testing';
import { idempotencyStoreContract } from './idempotency-store.contract.js';
import { InMemoryIdempotencyStore } from './in-memory-idempotency-store.js';

idempotencyStoreContract('InMemoryIdempotencyStore', async () => {
  const clock = new FixedClock();
  const store = new InMemoryIdempotencyStore(clock);
  return {
    connections: [store, store],
    pass: (milliseconds) => clock.pause(milliseconds),
    drop: async () => undefined,
  };
});
