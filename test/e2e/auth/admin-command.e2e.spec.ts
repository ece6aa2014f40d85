import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { decodeClaims, runAdminCommand } from '../../support/admin-command.js';
import {
  changePassword,
  fetchMeStatus,
  logIn,
  refreshTokens,
  requestPasswordReset,
  requestResetCode,
  resetPassword,
  tryLogIn,
} from '../../support/auth-requests.js';
import { EMBEDDED } from '../../support/backends.js';
import type { Program } from '../../support/program.js';
import { identifierOf, newRegistration, withPassword } from '../../support/registration-fixtures.js';
import { randomCredentials } from '../../support/registration-requests.js';
import { fetchRoutes } from '../../support/route-catalog.js';
import { useTestApp } from '../../support/test-app.js';
import { startDeployment, type TestDeployment } from '../../support/test-deployment.js';

const LINE = /^(\S+@\S+) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/m;
const NEW = 'another horse, another staple';

/** Somebody with his one-time password, out of a line. */
function parseCredentials(text: string): { readonly email: string; readonly password: string } {
  const [, email = '', password = ''] = LINE.exec(text) ?? [];
  expect([email, password]).not.toContain('');
  return { email, password };
}

describe('ST-04 the administrator of the embedded default', () => {
  const app = useTestApp(EMBEDDED);
  const file = (): string => path.join(app.program.env['DATA_DIR'] ?? '', 'first-admin');
  const read = (): string => readFileSync(file(), 'utf8');
  let first: { readonly email: string; readonly password: string };

  beforeAll(async () => {
    // written when it is ready
    await vi.waitUntil(() => existsSync(file()) && read().endsWith('\n'), { timeout: 10_000 });
    first = parseCredentials(read());
  });

  it('stands in a file for the owner of the folder alone, and nowhere else', () => {
    expect(read()).toBe(`${first.email} ${first.password}\n`);
    expect([first.email, statSync(file()).mode & 0o777]).toEqual(['admin@foyer.localhost', 0o600]);
    expect(app.program.output()).not.toContain(first.password);
  });

  it('may with the password of the file do nothing but set another one', async () => {
    const tokens = await logIn(app, first);
    expect([tokens.scope, decodeClaims(tokens.access_token)['scope']]).toEqual(['password', 'password']);
    const bearer = tokens.access_token;
    const answers: Record<string, number> = {};
    for (const { method, path: target, open } of await fetchRoutes(app.program)) {
      if (open || target.startsWith('/v1/registrations') || `${method} ${target}` === 'POST /v1/auth/logout') continue;
      const json = method === 'GET' ? {} : { json: {} };
      answers[`${method} ${target}`] = (await app.request(method, target, { bearer, ...json })).status;
    }
    const { 'PUT /v1/auth/password': own, ...others } = answers;
    expect(own).toBe(422);
    expect(Object.keys(others)).toEqual(expect.arrayContaining(['GET /v1/customers/me', 'GET /v1/auth/sessions']));
    expect(Object.entries(others).filter(([, status]) => status !== 403)).toEqual([]);
    const { json: next } = await refreshTokens(app, tokens);
    expect([next.scope, await fetchMeStatus(app, next)]).toEqual(['password', 403]);
    expect((await app.request('POST', '/v1/auth/logout', { bearer, json: {} })).status).toBe(204);
  });

  it('sets his own, which the given one cannot be, and is somebody else from then on', async () => {
    const tokens = await logIn(app, first);
    expect((await changePassword(app, tokens, first.password, first.password)).status).toBe(422);
    expect((await changePassword(app, tokens, first.password, NEW)).status).toBe(204);
    expect([await fetchMeStatus(app, tokens), (await refreshTokens(app, tokens)).status]).toEqual([401, 401]);
    expect((await tryLogIn(app, first.email, first.password)).status).toBe(401);
    const { access_token: token, scope } = await logIn(app, first, NEW);
    expect([scope, decodeClaims(token)['roles']]).toEqual(['customer', ['customer', 'admin']]);
    expect((await app.getMe(token)).json).toMatchObject({ email: first.email, verifiedBy: 'staff' });
  });

  it('make admin appoints another beside the running program', async () => {
    const told = await runAdminCommand(app.program.env, 'Root@Example.org');
    expect([told.code, told.stderr]).toEqual([0, '']);
    const root = parseCredentials(told.stdout);
    expect((await logIn(app, { ...root, email: 'root@example.org' })).scope).toBe('password');
  });

  it('make admin gives a customer the role, his password stays, and his sessions end', async () => {
    const { person } = await app.createCustomer();
    const before = await logIn(app, person);
    expect(await fetchMeStatus(app, before)).toBe(200);
    const told = await runAdminCommand(app.program.env, identifierOf(person));
    expect([told.code, told.stdout]).toEqual([
      0,
      `${identifierOf(person)} is an administrator now, with the password of before.\n`,
    ]);
    await expect.poll(() => fetchMeStatus(app, before), { timeout: 1_000 }).toBe(401);
    expect(decodeClaims((await logIn(app, person)).access_token)['roles']).toEqual(['customer', 'admin']);
  });

  it('make admin leaves a stopped program as it was: attempts and codes that wait there are good afterwards', async () => {
    const { person } = await app.createCustomer();
    const resetCode = await requestResetCode(app, identifierOf(person));
    const { person: pending, code } = await app.createPendingRegistration(withPassword(newRegistration()));
    const before = read();
    expect(await app.program.stop()).toBe(0);
    expect((await runAdminCommand(app.program.env, 'third@example.org')).code).toBe(0);
    await app.program.start();
    expect(read()).toBe(before);
    expect((await app.activate(pending, code)).status).toBe(200);
    expect((await resetPassword(app, identifierOf(person), resetCode, NEW)).status).toBe(204);
  });

  it('is appointed once, whatever becomes of the file', async () => {
    rmSync(file());
    await app.program.restart();
    await app.createCustomer();
    expect(existsSync(file())).toBe(false);
    await logIn(app, first, NEW);
  });

  it('AC-53 make admin without an address, or with what is none, says so and changes nothing', async () => {
    const { env } = app.program;
    for (const { code, stdout, stderr } of await Promise.all([
      runAdminCommand(env),
      runAdminCommand(env, ''),
      runAdminCommand(env, 'root'),
    ])) {
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/EMAIL is missing|exactly one @/);
      expect(stderr).not.toMatch(/^\s+at .+:\d+/m);
    }
  });
});

describe('ST-04 the administrator with a database of its own', () => {
  let deployment: TestDeployment;
  beforeAll(async () => {
    deployment = await startDeployment({ roles: ['all'] });
  });
  afterAll(() => deployment?.close());

  it('does not exist until somebody at the machine appoints one', async () => {
    const [program] = deployment.programs as [Program];
    const { rows } = await deployment.database.query('select customer_id from auth_subjects');
    expect([rows, existsSync(path.join(program.env['DATA_DIR'] ?? '', 'first-admin'))]).toEqual([[], false]);
    const { code, stdout, stderr } = await runAdminCommand(program.env, 'root@example.org');
    expect([code, stderr]).toEqual([0, '']);
    const root = parseCredentials(stdout);
    const tokens = await logIn(program, root);
    expect((await changePassword(program, tokens, root.password, NEW)).status).toBe(204);
    expect(decodeClaims((await logIn(program, root, NEW)).access_token)['roles']).toEqual(['customer', 'admin']);
    const actions = await deployment.database.query<{ action: string }>('select action from audit_log order by id');
    expect(actions.rows.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['admin.appointed', 'auth.password.changed']),
    );
  });

  it('who has lost his one-time password sets another one by mail', async () => {
    const [program] = deployment.programs as [Program];
    const { email } = randomCredentials();
    const first = parseCredentials((await runAdminCommand(program.env, email)).stdout);
    expect((await requestPasswordReset(program, email)).status).toBe(202);
    const mail = await deployment.mails.waitFor(({ to }) => to.includes(email));
    expect((await resetPassword(program, email, /^\d{8}/.exec(mail.text)?.[0], NEW)).status).toBe(204);
    expect((await tryLogIn(program, email, first.password)).status).toBe(401);
    expect((await logIn(program, first, NEW)).scope).toBe('customer');
  });

  it('AC-53 make admin with a configuration that cannot be used names it, without a value', async () => {
    const [program] = deployment.programs as [Program];
    const { code, stdout, stderr } = await runAdminCommand(
      { ...program.env, PASSWORD_PEPPER: 'c4n4ry', BCRYPT_COST: '3' },
      'a@b.cd',
    );
    expect([code, stdout, stderr.includes('c4n4ry')]).toEqual([1, '', false]);
    for (const setting of ['PASSWORD_PEPPER', 'BCRYPT_COST']) expect(stderr).toContain(setting);
  });
});
