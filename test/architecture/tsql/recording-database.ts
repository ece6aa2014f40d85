import { DataSource, type QueryRunner, type Table } from 'typeorm';
import { createDataSource, Database } from '#platform/database';
import { TABLES } from '../../../apps/server/src/app.module.js';

export interface RecordedStatement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** What the server would answer: rows of a SELECT, and how many rows a change touched. */
export interface StubbedAnswers {
  readonly rows: readonly object[];
  readonly touched: number;
}

/** As the program makes it for SQL Server, but nobody is there. */
export const createMssqlDataSource = (): Promise<DataSource> =>
  createOfflineDataSource('mssql://sa:x@127.0.0.1:1/foyer');

/** As the program makes it for this database, which need not be there. */
export async function createOfflineDataSource(url: string): Promise<DataSource> {
  const source = createDataSource(url, TABLES);
  await (source as unknown as { buildMetadatas(): Promise<void> }).buildMetadatas();
  return source;
}

/** Who asks the same so often asks for ever: he gets no answer any more. */
const MAX_REPETITIONS = 50;

/** A database for SQL Server that keeps what it is told, and gives the answers it was given. */
export function createRecordingDatabase(source: DataSource, answers: () => StubbedAnswers) {
  const recorded: RecordedStatement[] = [];
  const times = new Map<string, number>();
  const runner = () => {
    const own = DataSource.prototype.createQueryRunner.call(source, 'master');
    const record = async (sql: string, values: readonly unknown[] = []) => {
      recorded.push({ sql, values });
      times.set(sql, (times.get(sql) ?? 0) + 1);
      if ((times.get(sql) ?? 0) > MAX_REPETITIONS) await new Promise(() => undefined);
      const { rows, touched } = answers();
      return { records: rows, raw: rows, affected: touched };
    };
    const none = async () => undefined;
    const isTransactionActive = false;
    const transaction = {
      startTransaction: none,
      commitTransaction: none,
      rollbackTransaction: none,
      isTransactionActive,
    };
    return Object.assign(own, { query: record, release: none, ...transaction });
  };
  Object.assign(source, { createQueryRunner: runner });
  return { database: new Database(source), recorded };
}

const orderedMigrations = () =>
  TABLES.flatMap((tables) => tables.migrations)
    .map((migration) => new migration())
    .sort((a, b) => timestampOf(a.name) - timestampOf(b.name));

/** The tables as the migrations leave them. */
export async function migratedTables(source: DataSource): Promise<readonly Table[]> {
  const { runner } = createRecordingRunner(source);
  for (const migration of orderedMigrations()) await migration.up(runner);
  return runner.loadedTables;
}

/** Every statement of the migrations, up and down, in the order in which they run. */
export async function migrationStatements(source: DataSource): Promise<{ up: string[]; down: string[] }> {
  const migrations = orderedMigrations();
  const { runner, statements } = createRecordingRunner(source);
  for (const migration of migrations) await migration.up(runner);
  const up = statements.splice(0);
  for (const migration of migrations.reverse()) await migration.down(runner);
  return { up, down: statements };
}

const timestampOf = (name = ''): number => Number(name.slice(-13));

type RecordingRunner = QueryRunner & { loadedTables: Table[]; getCachedTable(name: string): Promise<Table> };

/** TypeORM asks the server what a table is like before it changes it: here it is what earlier migrations have made of it. */
function createRecordingRunner(source: DataSource): { runner: RecordingRunner; statements: string[] } {
  const statements: string[] = [];
  const runner = DataSource.prototype.createQueryRunner.call(source, 'master') as RecordingRunner;
  const createTable = runner.createTable.bind(runner);
  return {
    statements,
    runner: Object.assign(runner, {
      async query(sql: string): Promise<unknown[]> {
        statements.push(sql);
        return [];
      },
      async createTable(table: Table, ...more: boolean[]): Promise<void> {
        await createTable(table, ...more);
        runner.loadedTables = [...runner.loadedTables.filter(({ name }) => name !== table.name), table.clone()];
      },
      async getCachedTable(name: string): Promise<Table> {
        const table = runner.loadedTables.find((each) => each.name === name);
        if (!table) throw new Error(`no migration has made the table ${name}`);
        return table;
      },
      getTable: (name: string) => runner.getCachedTable(name),
      hasTable: async (name: string) => runner.loadedTables.some((each) => each.name === name),
    }),
  };
}
