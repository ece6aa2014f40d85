import type { EntitySchema, MigrationInterface } from 'typeorm';
import type { Dialect } from './dialect.js';

/** What a module brings to the database: its schemas and its migrations, in order. No module reads another's tables. */
export interface Tables {
  readonly schemas: (dialect: Dialect) => readonly EntitySchema[];
  readonly migrations: readonly (new () => MigrationInterface)[];
}
