export { ClientNetworkLimits, ClientNetworkRateLimited, type RateLimitReservation } from './client-network-limits.js';
export { CustomerLimits } from './customer-limits.js';
export { InMemoryCounters } from './in-memory-counters.js';
export { RedisCounters } from './redis-counters.js';
