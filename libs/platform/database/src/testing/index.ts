export { DATABASES, type FreshDatabase } from '../../../../../test/support/databases.js';
export { type OpenDatabase, openDatabase } from './open-database.js';
