import { DomainError, TransactionConflict, Unavailable } from '#kernel';
import type { Dialect } from './dialect.js';

export { TransactionConflict };

/** A unique key was violated. Repositories translate it into a domain error of their module; it must not reach a client. */
export class DuplicateKey extends Error {}

/** The database rejects a value as too long, out of range or violating a CHECK. The client can send another value. */
export class ValueRefused extends DomainError {
  readonly code = 'request.value_refused';
  readonly kind = 'invalid';

  /** @param number the database's error number; its message may quote the value, which must not be logged */
  constructor(number?: string | number) {
    const cause = number === undefined ? {} : { cause: new Error(`database error ${number}`) };
    super('One of the values cannot be stored: it is too long, too large or not allowed.', cause);
  }
}

/** The database itself failed, not the statement. */
export const isDatabaseUnavailable = (error: unknown): boolean =>
  error instanceof Unavailable && !(error instanceof TransactionConflict);

interface DriverError {
  readonly code?: string;
  readonly errno?: number;
  readonly number?: number;
}

const DUPLICATE_KEY_CODES: Record<Dialect, readonly (string | number)[]> = {
  postgres: ['23505'],
  mysql: [1062],
  mariadb: [1062],
  mssql: [2627, 2601],
};
const CONFLICT_CODES: Record<Dialect, readonly (string | number)[]> = {
  postgres: ['40001', '40P01', '55P03'],
  mysql: [1213, 1205, 1020],
  mariadb: [1213, 1205, 1020],
  mssql: [1205, 1222, 3960],
};
/** `mysql://` may also address a MariaDB: 3819 is a CHECK violation in MySQL, 4025 in MariaDB. */
const MYSQL_VALUE_REFUSED_CODES = [1264, 1366, 1406, 3819, 4025];
/** Too long, out of range, unsupported characters, CHECK violation. */
const VALUE_REFUSED_CODES: Record<Dialect, readonly (string | number)[]> = {
  postgres: ['22001', '22003', '22021', '22P05', '23514'],
  mysql: MYSQL_VALUE_REFUSED_CODES,
  mariadb: MYSQL_VALUE_REFUSED_CODES,
  mssql: [547, 2628, 8115, 8152],
};
/** Too many connections, out of memory, shutting down, killed, timeout, disk full, read-only. */
const UNAVAILABLE_CODES: readonly number[] = [
  ...[1021, 1037, 1038, 1040, 1041, 1053, 1114, 1203, 1290, 1317, 1792, 1836, 1927, 1969, 2006, 2013, 3024, 4031],
  ...[701, 1105, 3906, 8645, 9002, 10928, 10929, 17142, 40197, 40501, 40613, 49918, 49919, 49920],
];
// Errors in syntax, types, constraints or privileges are programming errors and pass through unchanged.
const PROGRAMMING_ERROR_STATES = /^(22|23|42|0A|2F|3[BD])/;

/** Classifies errors by number, never by text: messages differ between versions and can name the wrong constraint. */
export function translateDriverError(dialect: Dialect, error: unknown): unknown {
  const driver = ((error as { driverError?: DriverError }).driverError ?? error) as DriverError;
  const number = dialect === 'postgres' ? driver.code : dialect === 'mssql' ? driver.number : driver.errno;
  if (number !== undefined && DUPLICATE_KEY_CODES[dialect].includes(number)) return new DuplicateKey();
  if (number !== undefined && CONFLICT_CODES[dialect].includes(number)) {
    return new TransactionConflict('The database is busy. Please try again.', 1, { cause: error });
  }
  if (number !== undefined && VALUE_REFUSED_CODES[dialect].includes(number)) return new ValueRefused(number);
  return isProgrammingError(dialect, number)
    ? error
    : new Unavailable('The database is away. Please try again.', 2, { cause: error });
}

function isProgrammingError(dialect: Dialect, number: string | number | undefined): boolean {
  if (number === undefined) return false;
  if (dialect === 'postgres') return PROGRAMMING_ERROR_STATES.test(String(number));
  return typeof number === 'number' && number > 0 && !UNAVAILABLE_CODES.includes(number);
}
