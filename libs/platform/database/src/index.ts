export { executeInChunks, padToPowerOfTwo, placeholderList, queryInChunks } from './chunks.js';
export { createDataSource } from './data-source.js';
export { Database, type Sql } from './database.js';
export { DatabaseAfterCommit } from './database-after-commit.js';
export { DuplicateKey, ValueRefused } from './database-errors.js';
export {
  alterTextColumn,
  codePointText,
  columnTypesFor,
  type Dialect,
  leadingEquals,
  limitClause,
  migrationColumn,
  NOW_MS,
  upsertClause,
} from './dialect.js';
export { keysetAfter } from './keyset.js';
export { hasPendingMigrations, type MigrationState, migrate, readMigrationState } from './migrate.js';
export { prefixUpperBound } from './prefix-upper-bound.js';
export type { InsertedRow } from './row-inserts.js';
export { andConditions, joinSql, wrapSql } from './sql-fragments.js';
export type { Tables } from './tables.js';
export { countRowsContaining, listTextColumns } from './text-columns.js';
export { TypeOrmUnitOfWork } from './typeorm-unit-of-work.js';
