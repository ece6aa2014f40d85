import { SystemClock } from '#platform/async';
import type { Database } from '../database.js';
import { TypeOrmUnitOfWork } from '../typeorm-unit-of-work.js';

export const times = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));

/** A database with the table `things (id, n, name, at)`, and a pool for each of two replicas. */
export interface DatabaseUnderTest {
  readonly replicas: readonly [Database, Database];
  /** Kills the server connection of the current unit of work. */
  killConnectionOf(database: Database): Promise<void>;
  drop(): Promise<void>;
}

/** Helpers shared by the parts of the contract. */
export class DatabaseFixture {
  declare databaseUnderTest: DatabaseUnderTest;
  declare database: Database;
  declare otherReplica: Database;
  declare work: TypeOrmUnitOfWork;

  use(under: DatabaseUnderTest): void {
    this.databaseUnderTest = under;
    [this.database, this.otherReplica] = under.replicas;
    this.work = new TypeOrmUnitOfWork(this.database, new SystemClock());
  }

  readonly insert = (id: number, n = 0) => this.database.execute('insert into things (id, n) values (?, ?)', [id, n]);
  readonly ids = async (from = this.otherReplica) =>
    (await from.query<{ id: number }>('select id as id from things order by id')).map(({ id }) => id);
}
