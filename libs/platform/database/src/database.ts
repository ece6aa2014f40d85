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
  /** PostgreSQL: the pool does not use a connection again that is released with an error. */
  releasePostgresConnection?(error: unknown): Promise<void>;
  /** MySQL: undefined while there is none. */
  readonly databaseConnection?: { destroy?(): void };
}

/** With `?` for its values. */
export interface Sql {
  readonly sql: string;
  readonly values: readonly unknown[];
}

const MAX_PREPARED_STATEMENTS = 100;
/** A kept plan is of the table as it was: while it was small, reading all of it was best for a list of values. */
const MAX_PLANNED_VALUES = 64;

/**
 * The way to the database for every repository. Inside a unit of work each call joins its transaction, outside it takes a
 * connection of the pool. SQL is portable and has `?` for its values.
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

  /** Rows of a SELECT, columns by their alias. */
  async query<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#send(sql, values)).records as Row[];
  }

  /** How many rows an INSERT, UPDATE or DELETE touched. */
  async execute(sql: string, values: readonly unknown[] = []): Promise<number> {
    return (await this.#send(sql, values)).affected ?? 0;
  }

  /**
   * A change and a row that tells of it: both or, when the change touched nothing, neither. One statement where the database
   * takes it: a transaction would cost three more ways to it and back.
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

  /** A row of an entity schema. Never `save()`: it resets versions. */
  async insert<Row extends object>(schema: string, row: Row): Promise<void> {
    const manager = this.#transactions.getStore()?.runner.manager ?? this.source.manager;
    await this.#translateErrors(() => manager.getRepository<ObjectLiteral>(schema).insert(row));
  }

  /** Rows with the same columns, as many in one statement as every database takes. In a unit of work it is all or nothing. */
  async insertRows(table: string, rows: readonly InsertedRow[]): Promise<void> {
    for (const { sql, values } of buildRowInserts(table, rows)) await this.execute(sql, values);
  }

  /** Runs when the ambient transaction has committed; at once when there is none. */
  afterCommit(work: () => void): void {
    const transaction = this.#transactions.getStore();
    if (transaction) transaction.afterCommit.push(work);
    else work();
  }

  get inTransaction(): boolean {
    return this.#transactions.getStore() !== undefined;
  }

  /** @throws Unavailable, and nothing is kept, when the request it belongs to has been given up */
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

  /** The driver itself, past the mapper: parsed and planned once per connection, half the work of a short statement. */
  async #sendPrepared(sql: string, values: readonly unknown[]): Promise<StatementResult> {
    const ambient = this.#transactions.getStore();
    const client: PostgresClient = ambient ? await ambient.runner.connect() : this.#pool;
    const { rows, rowCount } = await client.query({ ...this.#statement(sql, values.length), values: [...values] });
    return { records: rows, affected: rowCount ?? 0 };
  }

  /** The first texts get a name, which makes the server keep their plan. */
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

/** Who does not answer is not asked to roll back, which would only be waited for: the connection goes, and its work with it. */
async function discardConnection(runner: QueryRunner, error: unknown): Promise<void> {
  const { releasePostgresConnection: release, databaseConnection: connection } = runner as unknown as DriverRunner;
  if (release) await release.call(runner, error);
  else if (connection?.destroy) connection.destroy();
  else if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
}

function assertNotOverdue(): void {
  if (isOverdue()) throw new Unavailable();
}
