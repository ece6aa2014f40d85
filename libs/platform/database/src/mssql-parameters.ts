import { MssqlParameter } from 'typeorm';

/** The maximum length of each type: statements that differ only in the length of a value then share one plan. */
const MAX_PARAMETER_LENGTH = 8_000;
const ASCII = /^[\0-\x7f]*$/;
const INT_MAX = 2_147_483_647;

/**
 * A typed value for SQL Server. The driver infers two types wrongly: a date becomes `datetime`, with a resolution of 3 ms, and
 * text becomes `nvarchar`, which forces a full scan of an index on `char`.
 */
export function toMssqlParameter(value: unknown): unknown {
  if (typeof value === 'string')
    return ASCII.test(value) && value.length <= MAX_PARAMETER_LENGTH
      ? new MssqlParameter(value, 'varchar', MAX_PARAMETER_LENGTH)
      : new MssqlParameter(value, 'nvarchar');
  if (typeof value === 'number' && Number.isInteger(value))
    return Math.abs(value) > INT_MAX ? new MssqlParameter(value, 'bigint') : new MssqlParameter(value, 'int');
  if (typeof value === 'bigint') return new MssqlParameter(String(value), 'bigint');
  if (typeof value === 'boolean') return new MssqlParameter(value, 'bit');
  if (value instanceof Date) return new MssqlParameter(value, 'datetime2', 3);
  return value;
}
