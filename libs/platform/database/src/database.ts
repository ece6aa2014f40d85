import { AsyncLocalStorage } from 'node:async_hooks';
import type { DataSource, ObjectLiteral, QueryRunner } from 'typeorm';
import { Unavailable } from '#kernel';
import { CircuitBreaker } from '#platform/async';
import { isOverdue } from '#platform/observability';
import { isDatabaseUnavailable, translateDriverError } from './database-errors.js';
import type { Dialect } from './dialect.js';
import { IdleConnections, isReadTimeout } from './idle-connections.js';
import { Placeholders } from './placeholders.js';
import { buildRowInserts, type InsertedRow } from './row-inserts.js';

interface Transaction {
  readonly runner: QueryRunner;
  readonly afterCommit: (() => void)[];
}

interface StatementResult {
  readonly records: unknown[];
  readonly affected?: number;
}

interface PreparedStatement {
  readonly name?: string;
  readonly text: string;
}

interface PostgresClient {
  query(statement: PreparedStatement & { values: unknown[] }): Promise<{ rows: unknown[]; rowCount: number | null }>;
}

type PostgresPool = PostgresClient & ConstructorParameters<typeof IdleConnections>[0];

interface DriverRunner {
  /** PostgreSQL: releasing a connection with an error removes it from the pool. */
  releasePostgresConnection?(error: unknown): Promise<void>;
  /** MySQL: undefined before the first connection. */
  readonly databaseConnection?: { destroy?(): void };
}

/** SQL with `?` as placeholders. */
export interface Sql {
  readonly sql: string;
  readonly values: readonly unknown[];
}

const MAX_PREPARED_STATEMENTS = 100;
/** Statements with more values get no cached plan: a plan made while the table was small would keep scanning the whole table. */
const MAX_PLANNED_VALUES = 64;

/**
 * Database access for every repository. Inside a unit of work each call joins its transaction; outside it takes a connection
 * from the pool. SQL is portable and uses `?` as placeholders.
 */
export class Database {
  readonly dialect: Dialect;
  readonly #breaker = new CircuitBreaker();
  readonly #transactions = new AsyncLocalStorage<Transaction>();
  readonly #placeholders: Placeholders;
  readonly #statements = new Map<string, PreparedStatement>();
  readonly #postgres: boolean;
  readonly #idleConnections: IdleConnections | undefined;

  constructor(readonly source: DataSource) {
    this.dialect = source.options.type as Dialect;
    this.#postgres = this.dialect === 'postgres';
    this.#placeholders = new Placeholders(this.dialect);
    this.#idleConnections = this.#postgres ? new IdleConnections(this.#pool) : undefined;
  }

  /** Returns the rows of a SELECT, with columns by their aliases. */
  async query<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#send(sql, values)).records as Row[];
  }

  /** Returns the number of rows that an INSERT, UPDATE or DELETE affected. */
  async execute(sql: string, values: readonly unknown[] = []): Promise<number> {
    return (await this.#send(sql, values)).affected ?? 0;
  }

  /**
   * Applies a change and inserts a row that records it. If the change affects no row, nothing is inserted. Uses one statement
   * where the dialect supports it: a transaction would cost three more round trips.
   */
  async executeAndInsert(change: Sql, table: string, row: Readonly<Record<string, unknown>>): Promise<boolean> {
    const [columns, values] = [Object.keys(row), Object.values(row)];
    const [into, placeholders] = [`insert into ${table} (${columns.join(', ')})`, columns.map(() => '?').join(', ')];
    if (this.#postgres) {
      assertNotOverdue();
      const both = `with changed as (${change.sql} returning 1) ${into} select ${placeholders} from changed`;
      return (await this.execute(both, [...change.values, ...values])) > 0;
    }
    const runBoth = async (): Promise<boolean> => {
      if ((await this.execute(change.sql, change.values)) === 0) return false;
      return (await this.execute(`${into} values (${placeholders})`, values)) > 0;
    };
    return this.inTransaction ? runBoth() : this.runInTransaction(runBoth);
  }

  /** Inserts an entity. Do not use `save()`: it resets versions. */
  async insert<Row extends object>(schema: string, row: Row): Promise<void> {
    const manager = this.#transactions.getStore()?.runner.manager ?? this.source.manager;
    await this.#translateErrors(() => manager.getRepository<ObjectLiteral>(schema).insert(row));
  }

  /** Inserts rows with the same columns, as many in one statement as every database accepts. Atomic inside a unit of work. */
  async insertRows(table: string, rows: readonly InsertedRow[]): Promise<void> {
    for (const { sql, values } of buildRowInserts(table, rows)) await this.execute(sql, values);
  }

  /** Runs the callback after the ambient transaction commits, or at once outside a transaction. */
  afterCommit(work: () => void): void {
    const transaction = this.#transactions.getStore();
    if (transaction) transaction.afterCommit.push(work);
    else work();
  }

  get inTransaction(): boolean {
    return this.#transactions.getStore() !== undefined;
  }

  /** @throws Unavailable, without committing, when the request is overdue */
  async runInTransaction<T>(work: () => Promise<T>): Promise<T> {
    assertNotOverdue();
    const transaction: Transaction = { runner: this.source.createQueryRunner(), afterCommit: [] };
    const result = await this.#runInside(transaction, work);
    for (const callback of transaction.afterCommit) callback();
    return result;
  }

  get #pool(): PostgresPool {
    return (this.source.driver as unknown as { readonly master: PostgresPool }).master;
  }

  async #runInside<T>(transaction: Transaction, work: () => Promise<T>): Promise<T> {
    const { runner } = transaction;
    try {
      await this.#translateErrors(() => runner.startTransaction());
      const result = await this.#transactions.run(transaction, work);
      assertNotOverdue();
      await this.#translateErrors(() => runner.commitTransaction());
      return result;
    } catch (error) {
      if (isDatabaseUnavailable(error)) await discardConnection(runner, error);
      else if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    } finally {
      await runner.release().catch(() => undefined);
    }
  }

  async #send(sql: string, values: readonly unknown[]): Promise<StatementResult> {
    if (this.#postgres) return this.#translateErrors(() => this.#sendPrepared(sql, values));
    const ambient = this.#transactions.getStore();
    const runner = ambient?.runner ?? this.source.createQueryRunner();
    try {
      return await this.#translateErrors(() =>
        runner.query(this.#placeholders.text(sql), this.#placeholders.values(values), true),
      );
    } finally {
      if (!ambient) await runner.release();
    }
  }

  /**
   * Uses the driver directly instead of TypeORM: a statement is parsed and planned once per connection, which halves the cost
   * of a short one.
   */
  async #sendPrepared(sql: string, values: readonly unknown[]): Promise<StatementResult> {
    const ambient = this.#transactions.getStore();
    const client: PostgresClient = ambient ? await ambient.runner.connect() : this.#pool;
    const { rows, rowCount } = await client.query({ ...this.#statement(sql, values.length), values: [...values] });
    return { records: rows, affected: rowCount ?? 0 };
  }

  /** The first statement texts get a name, which makes the server cache their plans. */
  #statement(sql: string, count: number): PreparedStatement {
    if (count > MAX_PLANNED_VALUES && !sql.startsWith('insert')) return { text: this.#placeholders.text(sql) };
    const known = this.#statements.get(sql);
    if (known) return known;
    const text = this.#placeholders.text(sql);
    const size = this.#statements.size;
    const statement = size < MAX_PREPARED_STATEMENTS ? { name: `foyer_${size}`, text } : { text };
    if (size < MAX_PREPARED_STATEMENTS) this.#statements.set(sql, statement);
    return statement;
  }

  #translateErrors<T>(work: () => Promise<T>): Promise<T> {
    return this.#breaker.run(async () => {
      try {
        return await work();
      } catch (error) {
        if (isReadTimeout(error)) this.#idleConnections?.destroyAll();
        throw translateDriverError(this.dialect, error);
      }
    }, isDatabaseUnavailable);
  }
}

/** After a timeout there is no rollback, which would only time out as well: closing the connection ends the transaction. */
async function discardConnection(runner: QueryRunner, error: unknown): Promise<void> {
  const { releasePostgresConnection: release, databaseConnection: connection } = runner as unknown as DriverRunner;
  if (release) await release.call(runner, error);
  else if (connection?.destroy) connection.destroy();
  else if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
}

function assertNotOverdue(): void {
  if (isOverdue()) throw new Unavailable();
}
