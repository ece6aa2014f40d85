import { type FreshDatabase, openDatabase } from '#platform/database/testing';
import { auditTables } from '#platform/module';
import { authTables } from '../adapters/typeorm/tables.js';

/** A new database with the tables of this module and of the audit trail. */
export const openAuthDatabase = (fresh: () => Promise<FreshDatabase>) => openDatabase(fresh, [auditTables, authTables]);
