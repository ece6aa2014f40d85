import { type DataSource, EntitySchema } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authTables } from '#auth/module';
import { codesTables } from '#codes/module';
import { customersTables } from '#customers/module';
import { outboxTables } from '#messaging/module';
import {
  columnTypesFor,
  createDataSource,
  hasPendingMigrations,
  type MigrationState,
  migrate,
  readMigrationState,
  type Tables,
} from '#platform/database';
import { DATABASES, type FreshDatabase } from '#platform/database/testing';
import { registrationTables } from './tables.js';

const TABLES = [outboxTables, authTables, codesTables, customersTables, registrationTables];

const timeOf = (name: string) => Number(name.slice(-13));
const namesOf = (tables: readonly Tables[]) =>
  tables
    .flatMap(({ migrations }) => migrations.map((migration) => new migration().name ?? ''))
    .sort((a, b) => timeOf(a) - timeOf(b));
const EVERY = namesOf(TABLES);

/** Uses a connection that may wait, as the service does. */
async function migrated(url: string, tables: readonly Tables[] = TABLES): Promise<readonly string[]> {
  const source = await createDataSource(url, tables, true).initialize();
  try {
    return await migrate(source);
  } finally {
    await source.destroy();
  }
}

/** Changes that TypeORM would make to match the schemas; empty for correct migrations. */
async function drift(url: string, tables: readonly Tables[]): Promise<readonly string[]> {
  // Use the MariaDB type: the MySQL driver misreads nullable columns of MariaDB.
  const source = await createDataSource(url.replace(/^mysql:/, 'mariadb:'), tables).initialize();
  try {
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    return upQueries.map(({ query }) => query);
  } finally {
    await source.destroy();
  }
}

async function hasTable(source: DataSource, name: string): Promise<boolean> {
  const runner = source.createQueryRunner();
  try {
    return await runner.hasTable(name);
  } finally {
    await runner.release();
  }
}

describe.each(DATABASES)('the migrations of every module on %s', (_, fresh) => {
  const databases: FreshDatabase[] = [];
  const empty = async () => {
    const database = await fresh();
    databases.push(database);
    return database.url;
  };
  afterAll(() => Promise.all(databases.map((database) => database.drop())));

  it('run in order and once from an empty database with four concurrent starts [FM-U3]', async () => {
    const url = await empty();
    const done = await Promise.all([1, 2, 3, 4].map(() => migrated(url)));
    expect(done.flat()).toEqual(EVERY);
    expect(done.filter(({ length }) => length > 0)).toHaveLength(1);
    expect(await migrated(url)).toEqual([]);
  });

  it('complete a start that was killed, report whether they have run, and can be reverted [FM-U2]', async () => {
    const url = await empty();
    const first = TABLES.slice(0, 2);
    await migrated(url, first);
    const source = await createDataSource(url, TABLES).initialize();
    expect(await hasPendingMigrations(source)).toBe(true);
    expect(await migrate(source)).toEqual(EVERY.filter((name) => !namesOf(first).includes(name)));
    expect(await hasPendingMigrations(source)).toBe(false);
    for (const _migration of EVERY) await source.undoLastMigration();
    expect(await migrate(source)).toEqual(EVERY);
    await source.destroy();
  });

  it('are counted in an empty database without changing it [AC-85]', async () => {
    const source = await createDataSource(await empty(), TABLES).initialize();
    expect(await readMigrationState(source)).toEqual({ known: EVERY.length, missing: EVERY.length, isRunning: false });
    expect(await hasTable(source, 'migrations')).toBe(false);
    await source.destroy();
  });

  it('are reported as running while another process holds their lock [AC-85]', async () => {
    const url = await empty();
    const source = await createDataSource(url, TABLES).initialize();
    const slow = await createDataSource(url, TABLES, true).initialize();
    const runMigrations = slow.runMigrations.bind(slow);
    const states: MigrationState[] = [];
    slow.runMigrations = async (o) => {
      states.push(await readMigrationState(source));
      return runMigrations(o);
    };
    await migrate(slow);
    states.push(await readMigrationState(source));
    expect(states).toEqual([
      { known: EVERY.length, missing: EVERY.length, isRunning: true },
      { known: EVERY.length, missing: 0, isRunning: false },
    ]);
    await Promise.all([source.destroy(), slow.destroy()]);
  });

  describe('after they have run', () => {
    let url: string;
    beforeAll(async () => {
      url = await empty();
      await migrated(url);
    });

    it('leave no difference to the schemas', async () => {
      expect(await drift(url, TABLES)).toEqual([]);
    });

    it('show a schema that differs', async () => {
      const wrong: Tables = {
        schemas: (dialect) => [
          new EntitySchema({
            name: 'registration_keys',
            columns: { identifierHash: { ...columnTypesFor(dialect).hash, primary: true }, more: { type: 'int' } },
          }),
        ],
        migrations: [],
      };
      expect((await drift(url, [wrong])).join('\n')).toContain('more');
    });
  });
});
