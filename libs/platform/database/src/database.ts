import { AsyncLocalStorage } from 'node:async_hooks';
import type { DataSource, ObjectLiteral, QueryRunner } from 'typeorm';
import { Unavailable } from '#kernel';
import { Breaker } from '#platform/async';
import { isOverdue } from '#platform/observability';
import { isAway, translate } from './database-errors.js';
import type { Dialect } from './dialect.js';
import { IdleConnections, isSilence } from './idle-connections.js';
import { Placeholders } from './placeholders.js';
import { type InsertedRow, rowInserts } from './row-inserts.js';

interface Transaction {
  readonly runner: QueryRunner;
  readonly afterCommit: (() => void)[];
}

interface Answer {
  readonly records: unknown[];
  readonly affected?: number;
}

interface Statement {
  readonly name?: string;
  readonly text: string;
}

interface PostgresClient {
  query(statement: Statement & { values: unknown[] }): Promise<{ rows: unknown[]; rowCount: number | null }>;
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

const MOST_PREPARED = 100;
/** A kept plan is of the table as it was: while it was small, reading all of it was best for a list of values. */
const MOST_VALUES_PLANNED = 64;

/**
 * The way to the database for every repository. Inside a unit of work each call joins its transaction, outside it takes a
 * connection of the pool. SQL is portable and has `?` for its values.
 */
export class Database {
  readonly dialect: Dialect;
  readonly #breaker = new Breaker();
  readonly #ambient = new AsyncLocalStorage<Transaction>();
  readonly #placeholders: Placeholders;
  readonly #statements = new Map<string, Statement>();
  readonly #postgres: boolean;
  readonly #idle: IdleConnections | undefined;

  constructor(readonly source: DataSource) {
    this.dialect = source.options.type as Dialect;
    this.#postgres = this.dialect === 'postgres';
    this.#placeholders = new Placeholders(this.dialect);
    this.#idle = this.#postgres ? new IdleConnections(this.#pool) : undefined;
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
  async executeAndTell(change: Sql, table: string, row: Readonly<Record<string, unknown>>): Promise<boolean> {
    const [columns, values] = [Object.keys(row), Object.values(row)];
    const [into, marks] = [`insert into ${table} (${columns.join(', ')})`, columns.map(() => '?').join(', ')];
    if (this.#postgres) {
      refuseOverdue();
      const both = `with changed as (${change.sql} returning 1) ${into} select ${marks} from changed`;
      return (await this.execute(both, [...change.values, ...values])) > 0;
    }
    const inTurn = async (): Promise<boolean> => {
      if ((await this.execute(change.sql, change.values)) === 0) return false;
      return (await this.execute(`${into} values (${marks})`, values)) > 0;
    };
    return this.inTransaction ? inTurn() : this.transaction(inTurn);
  }

  /** A row of an entity schema. Never `save()`: it resets versions. */
  async insert<Row extends object>(schema: string, row: Row): Promise<void> {
    const manager = this.#ambient.getStore()?.runner.manager ?? this.source.manager;
    await this.#translated(() => manager.getRepository<ObjectLiteral>(schema).insert(row));
  }

  /** Rows with the same columns, as many in one statement as every database takes. In a unit of work it is all or nothing. */
  async insertRows(table: string, rows: readonly InsertedRow[]): Promise<void> {
    for (const { sql, values } of rowInserts(table, rows)) await this.execute(sql, values);
  }

  /** Runs when the ambient transaction has committed; at once when there is none. */
  afterCommit(work: () => void): void {
    const transaction = this.#ambient.getStore();
    if (transaction) transaction.afterCommit.push(work);
    else work();
  }

  get inTransaction(): boolean {
    return this.#ambient.getStore() !== undefined;
  }

  /** @throws Unavailable, and nothing is kept, when the request it belongs to has been given up */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    refuseOverdue();
    const transaction: Transaction = { runner: this.source.createQueryRunner(), afterCommit: [] };
    const result = await this.#inside(transaction, work);
    for (const wake of transaction.afterCommit) wake();
    return result;
  }

  get #pool(): PostgresPool {
    return (this.source.driver as unknown as { readonly master: PostgresPool }).master;
  }

  async #inside<T>(transaction: Transaction, work: () => Promise<T>): Promise<T> {
    const { runner } = transaction;
    try {
      await this.#translated(() => runner.startTransaction());
      const result = await this.#ambient.run(transaction, work);
      refuseOverdue();
      await this.#translated(() => runner.commitTransaction());
      return result;
    } catch (error) {
      if (isAway(error)) await discard(runner, error);
      else if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    } finally {
      await runner.release().catch(() => undefined);
    }
  }

  async #send(sql: string, values: readonly unknown[]): Promise<Answer> {
    if (this.#postgres) return this.#translated(() => this.#sendPrepared(sql, values));
    const ambient = this.#ambient.getStore();
    const runner = ambient?.runner ?? this.source.createQueryRunner();
    try {
      return await this.#translated(() =>
        runner.query(this.#placeholders.text(sql), this.#placeholders.values(values), true),
      );
    } finally {
      if (!ambient) await runner.release();
    }
  }

  /** The driver itself, past the mapper: parsed and planned once per connection, half the work of a short statement. */
  async #sendPrepared(sql: string, values: readonly unknown[]): Promise<Answer> {
    const ambient = this.#ambient.getStore();
    const client: PostgresClient = ambient ? await ambient.runner.connect() : this.#pool;
    const { rows, rowCount } = await client.query({ ...this.#statement(sql, values.length), values: [...values] });
    return { records: rows, affected: rowCount ?? 0 };
  }

  /** The first texts get a name, which makes the server keep their plan. */
  #statement(sql: string, count: number): Statement {
    if (count > MOST_VALUES_PLANNED && !sql.startsWith('insert')) return { text: this.#placeholders.text(sql) };
    const known = this.#statements.get(sql);
    if (known) return known;
    const text = this.#placeholders.text(sql);
    const size = this.#statements.size;
    const statement = size < MOST_PREPARED ? { name: `foyer_${size}`, text } : { text };
    if (size < MOST_PREPARED) this.#statements.set(sql, statement);
    return statement;
  }

  #translated<T>(work: () => Promise<T>): Promise<T> {
    return this.#breaker.run(async () => {
      try {
        return await work();
      } catch (error) {
        if (isSilence(error)) this.#idle?.drop();
        throw translate(this.dialect, error);
      }
    }, isAway);
  }
}

/** Who does not answer is not asked to roll back, which would only be waited for: the connection goes, and its work with it. */
async function discard(runner: QueryRunner, error: unknown): Promise<void> {
  const { releasePostgresConnection: release, databaseConnection: connection } = runner as unknown as DriverRunner;
  if (release) await release.call(runner, error);
  else if (connection?.destroy) connection.destroy();
  else if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
}

function refuseOverdue(): void {
  if (isOverdue()) throw new Unavailable();
}
