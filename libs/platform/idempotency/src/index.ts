export { Idempotency, IdempotencyKeyReused, IdempotentRequestRunning } from './idempotency.js';
export { IdempotencyStore } from './idempotency-store.js';
export { InMemoryIdempotencyStore } from './in-memory-idempotency-store.js';
export { RedisIdempotencyStore } from './redis-idempotency-store.js';
