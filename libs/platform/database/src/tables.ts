import type { EntitySchema, MigrationInterface } from 'typeorm';
import type { Dialect } from './dialect.js';

/** A module's contribution to the database: entity schemas and migrations, in order. No module reads another's tables. */
export interface Tables {
  readonly schemas: (dialect: Dialect) => readonly EntitySchema[];
  readonly migrations: readonly (new () => MigrationInterface)[];
}
