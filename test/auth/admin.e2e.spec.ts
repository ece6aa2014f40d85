import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { operationsOf } from '../hostile/routes.js';
import { EMBEDDED } from '../registration/backends.js';
import { useHall } from '../registration/hall.js';
import { identifierOf, newcomer, withPassword } from '../registration/people.js';
import { type House, openHouse } from '../replicas/house.js';
import { stranger } from '../replicas/people.js';
import type { Program } from '../support/program.js';
import { appoint, claimsOf } from './appoint.js';
import { change, codeFor, forgot, logIn, me, refresh, reset, tryLogIn } from './door.js';

const LINE = /^(\S+@\S+) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/m;
const NEW = 'another horse, another staple';

/** Somebody with his one-time password, out of a line. */
function personIn(text: string): { readonly email: string; readonly password: string } {
  const [, email = '', password = ''] = LINE.exec(text) ?? [];
  expect([email, password]).not.toContain('');
  return { email, password };
}

describe('ST-04 the administrator of the embedded default', () => {
  const hall = useHall(EMBEDDED);
  const file = (): string => path.join(hall.program.env['DATA_DIR'] ?? '', 'first-admin');
  const read = (): string => readFileSync(file(), 'utf8');
  let first: { readonly email: string; readonly password: string };

  beforeAll(async () => {
    // written when it is ready
    await vi.waitUntil(() => existsSync(file()) && read().endsWith('\n'), { timeout: 10_000 });
    first = personIn(read());
  });

  it('stands in a file for the owner of the folder alone, and nowhere else', () => {
    expect(read()).toBe(`${first.email} ${first.password}\n`);
    expect([first.email, statSync(file()).mode & 0o777]).toEqual(['admin@foyer.localhost', 0o600]);
    expect(hall.program.output()).not.toContain(first.password);
  });

  it('may with the password of the file do nothing but set another one', async () => {
    const tokens = await logIn(hall, first);
    expect([tokens.scope, claimsOf(tokens.access_token)['scope']]).toEqual(['password', 'password']);
    const bearer = tokens.access_token;
    const answers: Record<string, number> = {};
    for (const { method, path: target, open } of await operationsOf(hall.program)) {
      if (open || target.startsWith('/v1/registrations') || `${method} ${target}` === 'POST /v1/auth/logout') continue;
      const json = method === 'GET' ? {} : { json: {} };
      answers[`${method} ${target}`] = (await hall.request(method, target, { bearer, ...json })).status;
    }
    const { 'PUT /v1/auth/password': own, ...others } = answers;
    expect(own).toBe(422);
    expect(Object.keys(others)).toEqual(expect.arrayContaining(['GET /v1/customers/me', 'GET /v1/auth/sessions']));
    expect(Object.entries(others).filter(([, status]) => status !== 403)).toEqual([]);
    const { json: next } = await refresh(hall, tokens);
    expect([next.scope, await me(hall, next)]).toEqual(['password', 403]);
    expect((await hall.request('POST', '/v1/auth/logout', { bearer, json: {} })).status).toBe(204);
  });

  it('sets his own, which the given one cannot be, and is somebody else from then on', async () => {
    const tokens = await logIn(hall, first);
    expect((await change(hall, tokens, first.password, first.password)).status).toBe(422);
    expect((await change(hall, tokens, first.password, NEW)).status).toBe(204);
    expect([await me(hall, tokens), (await refresh(hall, tokens)).status]).toEqual([401, 401]);
    expect((await tryLogIn(hall, first.email, first.password)).status).toBe(401);
    const { access_token: token, scope } = await logIn(hall, first, NEW);
    expect([scope, claimsOf(token)['roles']]).toEqual(['customer', ['customer', 'admin']]);
    expect((await hall.me(token)).json).toMatchObject({ email: first.email, verifiedBy: 'staff' });
  });

  it('make admin appoints another beside the running program', async () => {
    const told = await appoint(hall.program.env, 'Root@Example.org');
    expect([told.code, told.stderr]).toEqual([0, '']);
    const root = personIn(told.stdout);
    expect((await logIn(hall, { ...root, email: 'root@example.org' })).scope).toBe('password');
  });

  it('make admin gives a customer the role, his password stays, and his sessions end', async () => {
    const { person } = await hall.customer();
    const before = await logIn(hall, person);
    expect(await me(hall, before)).toBe(200);
    const told = await appoint(hall.program.env, identifierOf(person));
    expect([told.code, told.stdout]).toEqual([
      0,
      `${identifierOf(person)} is an administrator now, with the password of before.\n`,
    ]);
    await expect.poll(() => me(hall, before), { timeout: 1_000 }).toBe(401);
    expect(claimsOf((await logIn(hall, person)).access_token)['roles']).toEqual(['customer', 'admin']);
  });

  it('make admin leaves a stopped program as it was: attempts and codes that wait there are good afterwards', async () => {
    const { person } = await hall.customer();
    const resetCode = await codeFor(hall, identifierOf(person));
    const { person: pending, code } = await hall.pending(withPassword(newcomer()));
    const before = read();
    expect(await hall.program.stop()).toBe(0);
    expect((await appoint(hall.program.env, 'third@example.org')).code).toBe(0);
    await hall.program.start();
    expect(read()).toBe(before);
    expect((await hall.activate(pending, code)).status).toBe(200);
    expect((await reset(hall, identifierOf(person), resetCode, NEW)).status).toBe(204);
  });

  it('is appointed once, whatever becomes of the file', async () => {
    rmSync(file());
    await hall.program.restart();
    await hall.customer();
    expect(existsSync(file())).toBe(false);
    await logIn(hall, first, NEW);
  });

  it('AC-53 make admin without an address, or with what is none, says so and changes nothing', async () => {
    const { env } = hall.program;
    for (const { code, stdout, stderr } of await Promise.all([appoint(env), appoint(env, ''), appoint(env, 'root')])) {
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/EMAIL is missing|exactly one @/);
      expect(stderr).not.toMatch(/^\s+at .+:\d+/m);
    }
  });
});

describe('ST-04 the administrator with a database of its own', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse({ runs: ['all'] });
  });
  afterAll(() => house?.close());

  it('does not exist until somebody at the machine appoints one', async () => {
    const [program] = house.programs as [Program];
    const { rows } = await house.database.query('select customer_id from auth_subjects');
    expect([rows, existsSync(path.join(program.env['DATA_DIR'] ?? '', 'first-admin'))]).toEqual([[], false]);
    const { code, stdout, stderr } = await appoint(program.env, 'root@example.org');
    expect([code, stderr]).toEqual([0, '']);
    const root = personIn(stdout);
    const tokens = await logIn(program, root);
    expect((await change(program, tokens, root.password, NEW)).status).toBe(204);
    expect(claimsOf((await logIn(program, root, NEW)).access_token)['roles']).toEqual(['customer', 'admin']);
    const actions = await house.database.query<{ action: string }>('select action from audit_log order by id');
    expect(actions.rows.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['admin.appointed', 'auth.password.changed']),
    );
  });

  it('who has lost his one-time password sets another one by mail', async () => {
    const [program] = house.programs as [Program];
    const { email } = stranger();
    const first = personIn((await appoint(program.env, email)).stdout);
    expect((await forgot(program, email)).status).toBe(202);
    const mail = await house.mails.waitFor(({ to }) => to.includes(email));
    expect((await reset(program, email, /^\d{8}/.exec(mail.text)?.[0], NEW)).status).toBe(204);
    expect((await tryLogIn(program, email, first.password)).status).toBe(401);
    expect((await logIn(program, first, NEW)).scope).toBe('customer');
  });

  it('AC-53 make admin with a configuration that cannot be used names it, without a value', async () => {
    const [program] = house.programs as [Program];
    const { code, stdout, stderr } = await appoint(
      { ...program.env, PASSWORD_PEPPER: 'c4n4ry', BCRYPT_COST: '3' },
      'a@b.cd',
    );
    expect([code, stdout, stderr.includes('c4n4ry')]).toEqual([1, '', false]);
    for (const setting of ['PASSWORD_PEPPER', 'BCRYPT_COST']) expect(stderr).toContain(setting);
  });
});
