export { DATABASES, type FreshDatabase } from '../../../../../test/support/fresh-databases.js';
export { type OpenDatabase, openDatabase } from './open-database.js';
