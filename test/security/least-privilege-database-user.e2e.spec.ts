import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAdminCommand } from '../support/admin-command.js';
import { changePassword, logIn } from '../support/auth-requests.js';
import { freshSecrets } from '../support/backends.js';
import { type FreshDatabase, freshDatabase, TEST_DATABASE } from '../support/fresh-databases.js';
import { type Program, runProgram, startProgram } from '../support/program.js';
import { freshEmail } from '../support/registration-fixtures.js';
import { connectTestDatabase, type TestDatabase } from '../support/test-database.js';

const PAGE = readFileSync('docs/database.md', 'utf8');
const isMaria = TEST_DATABASE === 'mariadb';
const PASSWORDS = { owner: 'of the owner', app: 'of the program' };

/** The statements of the page between these marks, with names of our own. */
function statements(mark: string, names: Readonly<Record<string, string>>): string[] {
  const [, block = ''] = new RegExp(`<!-- ${mark} -->\n\`\`\`sql\n([\\s\\S]*?)\`\`\``).exec(PAGE) ?? [];
  const sql = Object.entries(names).reduce((text, [from, to]) => text.replaceAll(from, to), block);
  return sql.split(';').flatMap((one) => one.trim() || []);
}

describe(`the program as another user than the owner of its tables, on ${TEST_DATABASE}`, () => {
  const suffix = randomUUID().slice(0, 8);
  const [owner, app] = [`foyer_owner_${suffix}`, `foyer_app_${suffix}`];
  let fresh: FreshDatabase;
  let root: TestDatabase;
  let program: Program;
  let asProgram: TestDatabase;
  let env: Readonly<Record<string, string>>;

  const urlOf = (user: string, password: string): string => {
    const url = new URL(fresh.url);
    [url.username, url.password] = [user, encodeURIComponent(password)];
    return url.href;
  };

  beforeAll(async () => {
    fresh = await freshDatabase();
    root = connectTestDatabase(fresh.url);
    const database = new URL(fresh.url).pathname.slice(1);
    const kind = isMaria ? 'mariadb' : 'postgres';
    const named: Readonly<Record<string, string>> = isMaria
      ? { 'foyer.': `${database}.` }
      : { 'database foyer ': `database ${database} ` };
    const names = { ...named, foyer_owner: owner, foyer_app: app };
    for (const sql of statements(`owner-${kind}`, names)) await root.query(sql);
    env = { ...freshSecrets(), BCRYPT_COST: '4', PUBLIC_URL: 'https://foyer.example' };
    const migrate = { ...env, DATABASE_URL: urlOf(owner, PASSWORDS.owner) };
    const { code, output } = await runProgram({ entry: 'dist/apps/server/src/migrate.js', env: migrate });
    expect(code, output).toBe(0);
    const asOwner = connectTestDatabase(urlOf(owner, PASSWORDS.owner));
    const granting = isMaria ? root : asOwner;
    for (const sql of [...(await others(granting, database)), ...statements(`grants-${kind}`, names)])
      await granting.query(sql);
    await asOwner.end();
    env = { ...env, DATABASE_URL: urlOf(app, PASSWORDS.app), SMTP_URL: 'smtp://127.0.0.1:1' };
    program = await startProgram({ env });
    asProgram = connectTestDatabase(urlOf(app, PASSWORDS.app));
  }, 120_000);

  afterAll(async () => {
    await program?.dispose();
    await asProgram?.end();
    await fresh?.drop();
    if (isMaria) for (const user of [owner, app]) await root.query(`drop user if exists ${user}@'%'`).catch(() => {});
    await root?.end();
  });

  /** What the page says in words: the tables that the program may write. */
  async function others(granting: TestDatabase, database: string): Promise<string[]> {
    if (!isMaria) return [];
    const sql = 'select table_name as name from information_schema.tables where table_schema = $1';
    const { rows } = await granting.query<{ name: string }>(sql, [database]);
    return rows
      .filter(({ name }) => name !== 'audit_log' && name !== 'migrations')
      .map(({ name }) => `grant select, insert, update, delete on ${database}.${name} to ${app}@'%'`);
  }

  it('does its work, and writes the audit trail [AC-76]', async () => {
    expect((await program.request('GET', '/health/ready')).status).toBe(200);
    const email = freshEmail();
    const { code, stdout, stderr } = await runAdminCommand(program.env, email);
    expect(code, stderr).toBe(0);
    const once = stdout.split(/\s/)[1] ?? '';
    expect(
      (await changePassword(program, await logIn(program, { email, password: once }), once, 'a new horse')).status,
    ).toBe(204);
    const { access_token: bearer } = await logIn(program, { email, password: 'a new horse' });
    const audit = await program.request<{ items: { action: string }[] }>('GET', '/v1/audit', { bearer });
    expect(audit.json.items.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['admin.appointed', 'auth.login.succeeded', 'auth.password.changed']),
    );
  });

  it.each([
    'update audit_log set actor = null',
    'delete from audit_log',
    isMaria ? 'truncate table audit_log' : 'truncate audit_log',
    isMaria ? 'drop trigger audit_log_no_delete' : 'drop trigger audit_log_append_only on audit_log',
    isMaria ? 'drop trigger audit_log_no_update' : 'alter table audit_log disable trigger all',
    'drop table audit_log',
    isMaria ? 'alter table audit_log drop column actor' : 'drop function audit_log_append_only() cascade',
  ])('cannot %s [AC-76]', async (sql) => {
    const count = async () => (await root.query('select id from audit_log')).rows.length;
    const before = await count();
    expect(before).toBeGreaterThan(2);
    await expect(asProgram.query(sql)).rejects.toThrow(/denied|must be owner|not changed|permission/i);
    expect(await count()).toBe(before);
  });

  it('still deletes what is older than AUDIT_DAYS [AC-76]', async () => {
    const [id, at] = [randomUUID(), new Date(Date.now() - 400 * 24 * 3_600_000)];
    await asProgram.query("insert into audit_log (id, at, action) values ($1, $2, 'auth.test.added')", [id, at]);
    expect((await asProgram.query('delete from audit_log where id = $1', [id])).rowCount).toBe(1);
  });
});
