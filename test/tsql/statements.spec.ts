import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { anything, theSame } from './anything.js';
import { callEverything, FILES, fragmentsOf, plain } from './every-statement.js';
import { faultsOf } from './grammar.js';
import { type Answers, mssqlSource, type Recorded, recordingDatabase } from './recording.js';
import { VISITS } from './visits.js';

// Every method of every adapter is called with anything, in front of a server that finds nothing, finds something, changes
// nothing, changes something: what is sent then is read as SQL Server would read it.

interface World {
  readonly given: () => never;
  readonly answers: () => Answers;
}

const FINDINGS = [0, 2];
const CHANCES = [1, 2, 3, 4, 5, 6, 7, 8];
const WORLDS: readonly World[] = [anything, theSame].flatMap((given) => {
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

const sent: Recorded[] = [];
beforeAll(async () => {
  const source = await mssqlSource();
  for (const { given, answers } of WORLDS) {
    const { database, recorded } = recordingDatabase(source, answers);
    const call = async () => {
      for (const file of FILES) await callEverything(file, database, given);
      for (const visit of VISITS) await visit(database).catch(() => undefined);
    };
    await call();
    await database.runInTransaction(call);
    sent.push(...recorded);
  }
}, 120_000);

const texts = () => [...new Set(sent.map(({ sql }) => sql))];

describe('what SQL Server is sent by hand', () => {
  it('is everything there is: no statement of a file was missed', () => {
    const all = texts().map(plain).join('\n');
    const missed = FILES.flatMap((file) =>
      fragmentsOf(file)
        .filter((fragment) => !all.includes(fragment))
        .map((fragment) => `${path.basename(file)}: ${fragment}`),
    );
    expect(FILES.length).toBeGreaterThan(10);
    expect(missed).toEqual([]);
  });

  it('is T-SQL', () => {
    const wrong = texts().flatMap((sql) => faultsOf(sql).map((fault) => `${fault}: ${sql}`));
    expect(texts().length).toBeGreaterThan(50);
    expect(wrong).toEqual([]);
  });

  it('has a value for each of its marks, and fewer than 2 100', () => {
    const marks = (sql: string) => new Set(sql.match(/@\d+/g)).size;
    const wrong = sent.filter(({ sql, values }) => marks(sql) !== values.length || values.length >= 2_100);
    expect(wrong.map(({ sql, values }) => `${values.length}: ${sql}`)).toEqual([]);
  });
});
