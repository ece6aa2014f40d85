export { DATABASES, type FreshDatabase } from '../../../../test/support/databases.js';
export { SystemClock } from '../time/system-clock.js';
export { type OpenDatabase, openDatabase } from './open-database.js';
export { recordingLog } from './recording-log.js';
