import { type FreshDatabase, openDatabase } from '#platform/database/testing';
import { inboxTables } from '../inbox/tables.js';

/** The inbox of a fresh database, as several replicas see it. */
export async function openInboxDatabase(fresh: () => Promise<FreshDatabase>, count: number) {
  const opened = await openDatabase(fresh, [inboxTables], count);
  await opened.database.execute('create table effects (name varchar(64))');
  return opened;
}
