export { Housekeeping, type HousekeepingTask } from './housekeeping.js';
export { purgeRows } from './purge-rows.js';
