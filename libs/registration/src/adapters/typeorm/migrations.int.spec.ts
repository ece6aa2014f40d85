import { EntitySchema } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authTables } from '#auth/module';
import { codesTables } from '#codes/module';
import { customersTables } from '#customers/module';
import { messagingTables } from '#messaging/module';
import { createDataSource, hasPendingMigrations, migrate, type Tables, typesFor } from '#platform';
import type { FreshDatabase } from '../../../../../test/support/databases.js';
import { DATABASES } from '../../testing/registration-database.js';
import { registrationTables } from './tables.js';

const TABLES = [messagingTables, authTables, codesTables, customersTables, registrationTables];

const timeOf = (name: string) => Number(name.slice(-13));
const namesOf = (tables: readonly Tables[]) =>
  tables
    .flatMap(({ migrations }) => migrations.map((migration) => new migration().name ?? ''))
    .sort((a, b) => timeOf(a) - timeOf(b));
const EVERY = namesOf(TABLES);

/** As the program does: over a connection that may wait. */
async function migrated(url: string, tables: readonly Tables[] = TABLES): Promise<readonly string[]> {
  const source = await createDataSource(url, tables, true).initialize();
  try {
    return await migrate(source);
  } finally {
    await source.destroy();
  }
}

/** What TypeORM would change, so that the database fits the schemas: nothing, if they were written with care. */
async function drift(url: string, tables: readonly Tables[]): Promise<readonly string[]> {
  // By its own name: what MariaDB says of columns that may be null is misread by the MySQL driver.
  const source = await createDataSource(url.replace(/^mysql:/, 'mariadb:'), tables).initialize();
  try {
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    return upQueries.map(({ query }) => query);
  } finally {
    await source.destroy();
  }
}

describe.each(DATABASES)('the migrations of every module on %s', (_, fresh) => {
  let database: FreshDatabase;
  beforeEach(async () => {
    database = await fresh();
  });
  afterEach(() => database.drop());

  it('run from an empty database, in order, once', async () => {
    expect(await migrated(database.url)).toEqual(EVERY);
    expect(await migrated(database.url)).toEqual([]);
  });

  it('FM-U3 run once although four start at once', async () => {
    const done = await Promise.all([1, 2, 3, 4].map(() => migrated(database.url)));
    expect(done.flat()).toEqual(EVERY);
    expect(done.filter(({ length }) => length > 0)).toHaveLength(1);
  });

  it('tell a program whether they have run', async () => {
    const source = await createDataSource(database.url, TABLES).initialize();
    expect(await hasPendingMigrations(source)).toBe(true);
    await migrate(source);
    expect(await hasPendingMigrations(source)).toBe(false);
    await source.destroy();
  });

  it('FM-U2 complete what a killed start has left half done', async () => {
    await migrated(database.url, TABLES.slice(0, 2));
    const done = namesOf(TABLES.slice(0, 2));
    expect(await migrated(database.url)).toEqual(EVERY.filter((name) => !done.includes(name)));
  });

  it('can be undone', async () => {
    await migrated(database.url);
    const source = await createDataSource(database.url, TABLES).initialize();
    for (const _migration of EVERY) await source.undoLastMigration();
    expect(await hasPendingMigrations(source)).toBe(true);
    await source.destroy();
    expect(await migrated(database.url)).toHaveLength(EVERY.length);
  });

  it('leave nothing that the schemas would change', async () => {
    await migrated(database.url);
    expect(await drift(database.url, TABLES)).toEqual([]);
  });

  it('would show a schema that does not fit', async () => {
    await migrated(database.url);
    const wrong: Tables = {
      schemas: (dialect) => [
        new EntitySchema({
          name: 'registration_keys',
          columns: { identifierHash: { ...typesFor(dialect).hash, primary: true }, more: { type: 'int' } },
        }),
      ],
      migrations: [],
    };
    expect((await drift(database.url, [wrong])).join('\n')).toContain('more');
  });
});
