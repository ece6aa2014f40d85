import { describe, expect, it } from 'vitest';
import { buildRowInserts } from './row-inserts.js';

const rows = (count: number, columns: number) =>
  Array.from({ length: count }, (_, n) =>
    Object.fromEntries(Array.from({ length: columns }, (_, c) => [`c${c}`, `${n}.${c}`])),
  );

describe('buildRowInserts', () => {
  it('returns no statement for no rows', () => expect(buildRowInserts('things', [])).toEqual([]));

  it('contains every value once, in row order, each column under its name', () => {
    const [only, ...others] = buildRowInserts('things', [
      { a: 1, b: 2 },
      { b: 4, a: 3 },
    ]);
    expect(others).toEqual([]);
    expect(only).toEqual({ sql: 'insert into things (a, b) values (?, ?), (?, ?)', values: [1, 2, 3, 4] });
  });

  it.each([1, 5, 21, 40])(
    'stays within the parameter limit of SQL Server for %i columns, with a few statement texts',
    (columns) => {
      const inserts = [1, 2, 3, 99, 500, 777, 2_500].flatMap((count) => {
        const made = buildRowInserts('things', rows(count, columns));
        expect(made.flatMap(({ values }) => values)).toEqual(rows(count, columns).flatMap((row) => Object.values(row)));
        return made;
      });
      expect(Math.max(...inserts.map(({ values }) => values.length))).toBeLessThanOrEqual(2_000);
      expect(Math.max(...inserts.map(({ values }) => values.length / columns))).toBeLessThanOrEqual(1_000);
      expect(new Set(inserts.map(({ sql }) => sql)).size).toBeLessThanOrEqual(11);
    },
  );
});
