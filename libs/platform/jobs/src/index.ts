export { type Chore, Housekeeping } from './housekeeping.js';
export { purge } from './purge.js';
