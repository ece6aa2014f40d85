import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../support/fresh-databases.js';
import { runProgram } from '../support/program.js';
import { connectTestDatabase, type TestDatabase } from '../support/test-database.js';
import { freshSecrets, MIGRATE_ENTRY, TEST_SETTINGS } from '../support/test-deployment.js';

const COMMANDS: readonly (readonly [string, readonly string[], number])[] = [
  ['main', [], 1],
  ['admin', ['root@example.org'], 1],
  ['outbox', [], 1],
  ['erase-check', ['01a1f980-a045-700b-9375-5db802c20578'], 2],
];
const TABLES = `select count(*) as n from information_schema.tables
  where table_schema not in ('pg_catalog', 'information_schema', 'mysql', 'performance_schema', 'sys')
  and table_schema = `;

describe('a database that lacks migrations', () => {
  let fresh: FreshDatabase;
  let database: TestDatabase;
  let env: Readonly<Record<string, string>>;
  beforeAll(async () => {
    fresh = await freshDatabase();
    database = connectTestDatabase(fresh.url);
    env = { ...freshSecrets(), ...TEST_SETTINGS, DATABASE_URL: fresh.url };
  });
  afterAll(async () => {
    await database?.end();
    await fresh?.drop();
  });

  const placeOf = (url: string): string => `${new URL(url).host}${new URL(url).pathname}`;
  const start = (script = 'main', args: readonly string[] = []) =>
    runProgram({ env, args, entry: `dist/apps/server/src/${script}.js`, timeoutMs: 20_000 });
  const tables = async (): Promise<number> => {
    const schema = database.kind === 'postgres' ? "'public'" : 'database()';
    return Number((await database.query<{ n: string }>(TABLES + schema)).rows[0]?.n);
  };

  it.each(COMMANDS)('stops %s with one line that names make migrate, and changes nothing [AC-85]', async (...one) => {
    const [script, args, exitCode] = one;
    const { code, output } = await start(script, args);
    expect(output.trim().split('\n')).toEqual([
      `The database ${placeOf(fresh.url)} (DATABASE_URL) was never migrated: run "make migrate" (node dist/apps/server/src/migrate.js), then start again.`,
    ]);
    expect([code, await tables()]).toEqual([exitCode, 0]);
  });

  it('tells replicas that start while another process migrates to start again later [AC-85]', async () => {
    await database.query(
      database.kind === 'postgres'
        ? "select pg_advisory_lock(hashtext('foyer_migrations'))"
        : "select get_lock(concat('foyer_migrations.', sha1(database())), 60)",
    );
    for (const { code, output } of await Promise.all([start(), start(), start()])) {
      expect(output.trim().split('\n')).toHaveLength(1);
      expect(output).toContain('was never migrated: another process is migrating at this moment: start again');
      expect(output).toContain('make migrate');
      expect(code).toBe(1);
    }
    await database.query(
      database.kind === 'postgres'
        ? "select pg_advisory_unlock(hashtext('foyer_migrations'))"
        : "select release_lock(concat('foyer_migrations.', sha1(database())))",
    );
    expect(await tables()).toBe(0);
  });

  it('stops the start with the number of migrations when only some of them have run [AC-85]', async () => {
    expect((await runProgram({ env, entry: MIGRATE_ENTRY })).code).toBe(0);
    const { rows } = await database.query<{ id: number; name: string }>('select id, name from migrations order by id');
    await database.query('delete from migrations where id = $1', [rows.at(-1)?.id]);
    const { code, output } = await start();
    expect(output.trim().split('\n')).toEqual([
      expect.stringContaining(
        `(DATABASE_URL) lacks 1 of the ${rows.length} migrations of this version: run "make migrate"`,
      ),
    ]);
    expect(code).toBe(1);
  });
});
