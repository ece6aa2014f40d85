import { describe, expect, it } from 'vitest';
import { buildRowInserts } from './row-inserts.js';

const rows = (count: number, columns: number) =>
  Array.from({ length: count }, (_, n) =>
    Object.fromEntries(Array.from({ length: columns }, (_, c) => [`c${c}`, `${n}.${c}`])),
  );

describe('inserts of many rows', () => {
  it('are none for no rows', () => expect(buildRowInserts('things', [])).toEqual([]));

  it('hold every value once, in the order of the rows, each column under its name', () => {
    const [only, ...others] = buildRowInserts('things', [
      { a: 1, b: 2 },
      { b: 4, a: 3 },
    ]);
    expect(others).toEqual([]);
    expect(only).toEqual({ sql: 'insert into things (a, b) values (?, ?), (?, ?)', values: [1, 2, 3, 4] });
  });

  it.each([1, 5, 21, 40])(
    'of %i columns have no more values than SQL Server takes, in a handful of texts',
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
