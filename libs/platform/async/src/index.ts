export { Breaker } from './breaker.js';
export { evenly } from './evenly.js';
export { SystemClock } from './system-clock.js';
export { UuidV7Ids } from './uuid-v7-ids.js';
export { within } from './within.js';
