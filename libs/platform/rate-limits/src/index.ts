export { CustomerLimits } from './customer-limits.js';
export { InMemoryCounters } from './in-memory-counters.js';
export { RedisCounters } from './redis-counters.js';
export { type Counted, SourceLimited, SourceLimits } from './source-limits.js';
