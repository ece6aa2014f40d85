import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { EXPLICIT_CALLS } from './explicit-calls.js';
import { findTsqlFaults } from './grammar.js';
import {
  createMssqlDataSource,
  createRecordingDatabase,
  type RecordedStatement,
  type StubbedAnswers,
} from './recording-database.js';
import { callEveryExport, normalizeSql, SQL_FILES, sqlFragmentsIn } from './statement-collector.js';
import { equalStub, universalStub } from './universal-stub.js';

// Every method of every adapter is called with anything, in front of a server that finds nothing, finds something, changes
// nothing, changes something: what is sent then is read as SQL Server would read it.

interface World {
  readonly given: () => never;
  readonly answers: () => StubbedAnswers;
}

const FINDINGS = [0, 2];
const CHANCES = [1, 2, 3, 4, 5, 6, 7, 8];
const WORLDS: readonly World[] = [universalStub, equalStub].flatMap((given) => {
  const rows = (count: number) => Array.from({ length: count }, given);
  const steady = FINDINGS.flatMap((count) => [0, 1].map((touched) => () => ({ rows: rows(count), touched })));
  const changing = CHANCES.map((seed) => {
    const toss = coin(seed);
    return () => ({ rows: rows(toss() ? 2 : 0), touched: toss() ? 1 : 0 });
  });
  return [...steady, ...changing].map((answers) => ({ given, answers }));
});

/** The same throws for the same seed. */
function coin(seed: number): () => boolean {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state > 2 ** 30;
  };
}

const sent: RecordedStatement[] = [];
beforeAll(async () => {
  const source = await createMssqlDataSource();
  for (const { given, answers } of WORLDS) {
    const { database, recorded } = createRecordingDatabase(source, answers);
    const call = async () => {
      for (const file of SQL_FILES) await callEveryExport(file, database, given);
      for (const visit of EXPLICIT_CALLS) await visit(database).catch(() => undefined);
    };
    await call();
    await database.runInTransaction(call);
    sent.push(...recorded);
  }
}, 120_000);

const texts = () => [...new Set(sent.map(({ sql }) => sql))];

describe('what SQL Server is sent by hand', () => {
  it('is everything there is: no statement of a file was missed', () => {
    const all = texts().map(normalizeSql).join('\n');
    const missed = SQL_FILES.flatMap((file) =>
      sqlFragmentsIn(file)
        .filter((fragment) => !all.includes(fragment))
        .map((fragment) => `${path.basename(file)}: ${fragment}`),
    );
    expect(SQL_FILES.length).toBeGreaterThan(10);
    expect(missed).toEqual([]);
  });

  it('is T-SQL', () => {
    const wrong = texts().flatMap((sql) => findTsqlFaults(sql).map((fault) => `${fault}: ${sql}`));
    expect(texts().length).toBeGreaterThan(50);
    expect(wrong).toEqual([]);
  });

  it('has a value for each of its marks, and fewer than 2 100', () => {
    const marks = (sql: string) => new Set(sql.match(/@\d+/g)).size;
    const wrong = sent.filter(({ sql, values }) => marks(sql) !== values.length || values.length >= 2_100);
    expect(wrong.map(({ sql, values }) => `${values.length}: ${sql}`)).toEqual([]);
  });
});
