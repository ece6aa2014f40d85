import { describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import {
  DuplicateKey,
  isDatabaseUnavailable,
  TransactionConflict,
  translateDriverError,
  ValueRefused,
} from './database-errors.js';
import type { Dialect } from './dialect.js';

const numbered: Record<Dialect, (number: string | number) => object> = {
  postgres: (code) => ({ code }),
  mysql: (errno) => ({ errno }),
  mariadb: (errno) => ({ errno }),
  mssql: (number) => ({ number }),
};
const kindOf = (dialect: Dialect, number: string | number) => {
  const error = Object.assign(new Error('text'), { driverError: numbered[dialect](number) });
  const translated = translateDriverError(dialect, error);
  if (translated instanceof DuplicateKey) return 'duplicate';
  if (translated instanceof TransactionConflict) return 'conflict';
  if (translated instanceof ValueRefused) return 'refused';
  if (translated instanceof Unavailable) return 'away';
  return translated === error ? 'ours' : 'unknown';
};

describe('database errors, classified by number [FM-D9]', () => {
  it.each<[Dialect, string, readonly (string | number)[]]>([
    ['postgres', 'duplicate', ['23505']],
    ['postgres', 'conflict', ['40001', '40P01', '55P03']],
    ['postgres', 'away', ['57P01', '57P03', '57014', '08006', '53300', '25006', 'ECONNREFUSED', 'ETIMEDOUT']],
    ['postgres', 'ours', ['42601', '42P01', '22P02', '23502', '23503', '42501', '3D000']],
    ['postgres', 'refused', ['22001', '22003', '23514']],
    ['mysql', 'duplicate', [1062]],
    ['mysql', 'conflict', [1213, 1205, 1020]],
    ['mysql', 'away', [1021, 1040, 1053, 1203, 1290, 1927, 1969, 2006, 2013, 3024, -4078, -111]],
    ['mysql', 'ours', [1064, 1146, 1048]],
    ['mysql', 'refused', [1264, 1406, 3819, 4025]],
    ['mariadb', 'refused', [1406, 4025]],
    ['mariadb', 'conflict', [1213, 1205, 1020]],
    ['mariadb', 'duplicate', [1062]],
    ['mssql', 'duplicate', [2627, 2601]],
    ['mssql', 'conflict', [1205, 1222, 3960]],
    ['mssql', 'away', [40197, 40501, 40613, 1105]],
    ['mssql', 'ours', [102, 208, 515]],
    ['mssql', 'refused', [547, 2628, 8152]],
  ])('%s: classifies as %s: %j', (dialect, kind, numbers) => {
    expect(numbers.map((number) => kindOf(dialect, number))).toEqual(numbers.map(() => kind));
  });

  it.each<Dialect>(['postgres', 'mysql', 'mssql'])(
    '%s: classifies an error without a number as an unavailable database',
    (dialect) => {
      for (const error of [
        new Error('Connection terminated'),
        Object.assign(new Error('timeout'), { code: undefined }),
      ])
        expect(translateDriverError(dialect, error)).toBeInstanceOf(Unavailable);
    },
  );

  it('keeps the cause for the log and hides it from the caller', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' });
    const translated = translateDriverError('postgres', cause) as Unavailable;
    expect(translated.cause).toBe(cause);
    expect(translated.message).not.toContain('10.0.0.7');
  });

  it('does not count a conflict as an unavailable database', () => {
    expect([
      isDatabaseUnavailable(new Unavailable()),
      isDatabaseUnavailable(new TransactionConflict()),
      isDatabaseUnavailable(new DuplicateKey()),
    ]).toEqual([true, false, false]);
  });
});
