import { createRequire } from 'node:module';
import { DataSource, type MssqlParameter } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { createDataSource } from './data-source.js';
import { toMssqlParameter } from './mssql-parameters.js';

const sql = createRequire(import.meta.url)('mssql') as Record<string, unknown> & { MAX: number };

describe('toMssqlParameter', () => {
  it.each<[string, unknown, string]>([
    ['ASCII', 'mia@example.org', 'varchar'],
    ['other text', 'Zoë', 'nvarchar'],
    ['text of any length', 'a'.repeat(8_001), 'nvarchar'],
    ['a count', 7, 'int'],
    ['milliseconds', 1_772_366_400_000, 'bigint'],
    ['a large number', 9_007_199_254_740_993n, 'bigint'],
    ['a flag', true, 'bit'],
    ['a moment', new Date(), 'datetime2'],
  ])('assigns a type to %s', (_, value, type) => {
    expect(toMssqlParameter(value)).toMatchObject({ type });
  });

  it('passes null unchanged', () => {
    expect([toMssqlParameter(null), toMssqlParameter(undefined)]).toEqual([null, undefined]);
  });

  it.each([
    ['mssql://sa:x@db.example/foyer', false],
    ['mssql://sa:x@db.example/foyer?trustServerCertificate=true', true],
  ])('encrypts the connection and parses the database name of %s', (url, trust) => {
    const { options, driver } = createDataSource(url, []);
    expect(options).toMatchObject({ options: { encrypt: true, trustServerCertificate: trust, useUTC: true } });
    expect(driver.database).toBe('foyer');
  });

  it('sends values to the driver unchanged: ASCII not as Unicode, a date with its milliseconds', () => {
    const source = createDataSource('mssql://sa:x@127.0.0.1:1/foyer', []);
    expect(source).toBeInstanceOf(DataSource);
    const runner = source.createQueryRunner() as unknown as {
      mssqlParameterToNativeParameter(parameter: MssqlParameter): { type: unknown; length?: number; scale?: number };
    };
    const native = (value: unknown) =>
      runner.mssqlParameterToNativeParameter(toMssqlParameter(value) as MssqlParameter);
    expect(native('a'.repeat(64))).toMatchObject({ type: sql['VarChar'], length: 8_000 });
    expect(native(new Date())).toMatchObject({ type: sql['DateTime2'], scale: 3 });
  });
});
