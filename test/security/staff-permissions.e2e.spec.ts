import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS } from '../support/backends.js';
import { freshCpf, stripPunctuation } from '../support/customers-client.js';
import { statusAndCode } from '../support/problem-catalog.js';
import { createAdministrator, createUserWithRoles, type SignedInUser } from '../support/staff-fixtures.js';
import { useTestApp } from '../support/test-app.js';

describe.each(BACKENDS)('what staff may do on $name', (backend) => {
  const app = useTestApp(backend);
  let [admin, second, clerk, colleague, mia] = [] as unknown as [
    SignedInUser,
    SignedInUser,
    SignedInUser,
    SignedInUser,
    SignedInUser,
  ];
  beforeAll(async () => {
    admin = await createAdministrator(app);
    second = await createUserWithRoles(app, admin, ['customer', 'staff', 'admin']);
    clerk = await createUserWithRoles(app, admin, ['customer', 'staff']);
    colleague = await createUserWithRoles(app, admin, ['customer', 'staff']);
    mia = await createUserWithRoles(app, admin, ['customer']);
  }, 90_000);

  const patch = (by: SignedInUser, { id }: SignedInUser, json: object, headers = {}) =>
    app.request('PATCH', `/v1/customers/${id}`, { bearer: by.bearer, json, headers });
  const confirm = (by: SignedInUser, { id }: SignedInUser, json = {}) =>
    app.request('POST', `/v1/customers/${id}/document/confirm`, { bearer: by.bearer, json });
  const claim = (who: SignedInUser, document = freshCpf()) =>
    app.request('PATCH', '/v1/customers/me', { bearer: who.bearer, json: { document } });
  const shown = async ({ id }: SignedInUser) =>
    (await app.request('GET', `/v1/customers/${id}`, { bearer: admin.bearer })).text;

  it('is no change of an administrator’s record: 403 before 412 and 422, and nothing changes [AC-74]', async () => {
    for (const boss of [admin, second]) {
      const before = await shown(boss);
      const answers = [
        await patch(clerk, boss, { lastName: 'By staff' }),
        await patch(clerk, boss, { lastName: '\u0000' }),
        await patch(clerk, boss, { lastName: 'By staff' }, { 'if-match': '"x"' }),
        await confirm(clerk, boss),
      ];
      expect(answers.map(statusAndCode)).toEqual(Array(4).fill('403 customer.administrators_only'));
      expect(await shown(boss)).toBe(before);
    }
  });

  it('is a change of everybody else’s record, their own and a colleague’s too; administrators change all [AC-74]', async () => {
    for (const whom of [mia, colleague, clerk])
      expect((await patch(clerk, whom, { lastName: 'By staff' })).status).toBe(200);
    expect((await patch(second, admin, { lastName: 'By an administrator' })).status).toBe(200);
    expect((await patch(second, second, { lastName: 'By themselves' })).status).toBe(200);
    const own = { bearer: second.bearer, json: { lastName: 'As a customer' } };
    expect((await app.request('PATCH', '/v1/customers/me', own)).status).toBe(200);
  });

  it('is no confirmation of their own document: somebody else has to look at it [AC-74]', async () => {
    for (const who of [clerk, second]) {
      const document = freshCpf();
      expect((await claim(who, document)).status).toBe(200);
      const answers = [await confirm(who, who), await confirm(who, who, { document })];
      expect(answers.map(statusAndCode)).toEqual(Array(2).fill('403 customer.own_document'));
      // It is no name to sign in with yet.
      const json = { username: stripPunctuation(document), password: 'any password at all' };
      expect((await app.request('POST', '/v1/auth/login', { json })).status).toBe(401);
      const other = who === clerk ? colleague : admin;
      expect((await confirm(other, who, { document })).status).toBe(200);
    }
  });
});
