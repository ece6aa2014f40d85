import { MssqlParameter } from 'typeorm';

/** The longest of its kind: statements that differ only in the length of a value share one plan. */
const MAX_PARAMETER_LENGTH = 8_000;
const ASCII = /^[\0-\x7f]*$/;
const INT_MAX = 2_147_483_647;

/**
 * A value for SQL Server with its type. What the driver infers is wrong twice: a moment becomes `datetime`, which counts in
 * 3 ms, and text becomes `nvarchar`, before which an index over `char` is read from end to end.
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
