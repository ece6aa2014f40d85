export { CircuitBreaker } from './circuit-breaker.js';
export { SystemClock } from './system-clock.js';
export { UuidV7Ids } from './uuid-v7-ids.js';
export { withMinimumDuration } from './with-minimum-duration.js';
export { withTimeout } from './with-timeout.js';
