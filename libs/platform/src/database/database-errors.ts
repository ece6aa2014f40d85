import { Unavailable } from '#kernel';
import type { Dialect } from './dialect.js';

/** A unique key was violated. Repositories turn it into their module's broken rule; it never leaves as it is. */
export class DuplicateKey extends Error {}

/** A deadlock or a serialization failure: the unit of work is run again. */
export class TransactionConflict extends Unavailable {}

/** The database itself, not what was asked of it, is the reason. */
export const isAway = (error: unknown): boolean =>
  error instanceof Unavailable && !(error instanceof TransactionConflict);

interface DriverError {
  readonly code?: string;
  readonly errno?: number;
  readonly number?: number;
}

const DUPLICATE: Record<Dialect, readonly (string | number)[]> = {
  postgres: ['23505'],
  mysql: [1062],
  mariadb: [1062],
  mssql: [2627, 2601],
};
const CONFLICT: Record<Dialect, readonly (string | number)[]> = {
  postgres: ['40001', '40P01', '55P03'],
  mysql: [1213, 1205, 1020],
  mariadb: [1213, 1205, 1020],
  mssql: [1205, 1222, 3960],
};
// Syntax, types, constraints, privileges: our own mistakes, told as they are.
const OUR_FAULT = /^(22|23|42|0A|2F|3[BD])/;

/** Errors by number, never by text: messages differ by version and name the wrong constraint. */
export function translate(dialect: Dialect, error: unknown): unknown {
  const driver = ((error as { driverError?: DriverError }).driverError ?? error) as DriverError;
  const number = dialect === 'postgres' ? driver.code : dialect === 'mssql' ? driver.number : driver.errno;
  if (number !== undefined && DUPLICATE[dialect].includes(number)) return new DuplicateKey();
  if (number !== undefined && CONFLICT[dialect].includes(number)) {
    return new TransactionConflict('The database is busy. Please try again.', 1, { cause: error });
  }
  return isOurFault(dialect, number)
    ? error
    : new Unavailable('The database is away. Please try again.', 2, { cause: error });
}

function isOurFault(dialect: Dialect, number: string | number | undefined): boolean {
  if (number === undefined) return false;
  if (dialect === 'postgres') return OUR_FAULT.test(String(number));
  return (
    typeof number === 'number' && number > 0 && ![1040, 1203, 2006, 2013, 3024, 40197, 40501, 40613].includes(number)
  );
}
