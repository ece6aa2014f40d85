import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestPasswordReset } from '../support/auth-requests.js';
import { SERVICES } from '../support/backends.js';
import { freshCpf } from '../support/customers-client.js';
import { freshEmail } from '../support/registration-fixtures.js';
import { createAdministrator, createUserWithRoles, type SignedInUser } from '../support/staff-fixtures.js';
import { useTestApp } from '../support/test-app.js';
import { connectTestDatabase, type TestDatabase } from '../support/test-database.js';

interface Line {
  readonly action: string;
  readonly actor: string | null;
  readonly target: string | null;
  readonly source: string | null;
  readonly detail: string | null;
}

const REFUSALS_A_MINUTE = 10;

describe('the audit trail', () => {
  const app = useTestApp(SERVICES);
  let database: TestDatabase;
  let [admin, clerk, mia, eve] = [] as unknown as [SignedInUser, SignedInUser, SignedInUser, SignedInUser];
  beforeAll(async () => {
    database = connectTestDatabase(app.services.database.url);
    admin = await createAdministrator(app);
    clerk = await createUserWithRoles(app, admin, ['customer', 'staff']);
    mia = await createUserWithRoles(app, admin, ['customer']);
    eve = await createUserWithRoles(app, admin, ['customer']);
  }, 90_000);
  afterAll(() => database?.end());

  /** What one call leaves behind it: it is there when the call is answered. */
  async function linesOf(method: string, path: string, bearer?: string, o: object = {}): Promise<[number, Line[]]> {
    const correlation = `by-${randomUUID()}`;
    const headers = { 'x-correlation-id': correlation };
    const { status } = await app.request(method, path, { headers, ...(bearer && { bearer }), ...o });
    const sql = `select action, actor, target, source, detail from audit_log where correlation_id = $1 order by at, id`;
    return [status, (await database.query<Line>(sql, [correlation])).rows.map((row) => ({ ...row }))];
  }
  const line = (action: string, actor: string | null, target: string | null, detail: string | null = null): Line => ({
    ...{ action, actor, target, detail },
    source: '127.0.0.1',
  });

  it('tells who has read whose record, and nothing of a look at one’s own [AC-75]', async () => {
    for (const by of [clerk, admin]) {
      const one = `/v1/customers/${mia.id}`;
      expect(await linesOf('GET', one, by.bearer)).toEqual([200, [line('customer.read', by.id, mia.id)]]);
      expect(await linesOf('HEAD', one, by.bearer)).toEqual([200, [line('customer.read', by.id, mia.id)]]);
      expect(await linesOf('GET', `/v1/customers/${randomUUID()}`, by.bearer)).toEqual([404, []]);
      expect(await linesOf('GET', `/v1/customers/${by.id}`, by.bearer)).toEqual([200, []]);
    }
    expect(await linesOf('GET', `/v1/customers/${mia.id}`, mia.bearer)).toEqual([200, []]);
    expect(await linesOf('GET', '/v1/customers/me', mia.bearer)).toEqual([200, []]);
  });

  it('tells of each list which filters it had, and never their values [AC-75]', async () => {
    const { email } = mia;
    expect(await linesOf('GET', '/v1/customers?limit=1', clerk.bearer)).toEqual([
      200,
      [line('customer.listed', clerk.id, null)],
    ]);
    const cpf = freshCpf();
    const query = new URLSearchParams({ q: email.slice(0, 4), email, status: 'active', document: cpf, count: 'exact' });
    expect(await linesOf('GET', `/v1/customers?${query}`, admin.bearer)).toEqual([
      200,
      [line('customer.listed', admin.id, null, 'document email q status')],
    ]);
    expect(await linesOf('GET', '/v1/customers?email=x', admin.bearer)).toEqual([422, []]);
  });

  it('tells who has read the audit trail, once for all pages of a walk [AC-75]', async () => {
    const [status, lines] = await linesOf(
      'GET',
      `/v1/audit?limit=1&actor=${mia.id}&from=2020-01-01T00:00:00Z`,
      admin.bearer,
    );
    expect([status, lines]).toEqual([200, [line('audit.read', admin.id, null, 'actor from')]]);
    const first = await app.request<{ nextCursor: string }>('GET', '/v1/audit?limit=1', { bearer: admin.bearer });
    const next = `/v1/audit?limit=1&cursor=${first.json.nextCursor}`;
    expect(await linesOf('GET', next, admin.bearer)).toEqual([200, []]);
  });

  it('tells who has taken a copy of their own data [AC-75]', async () => {
    expect(await linesOf('GET', '/v1/customers/me/export', mia.bearer)).toEqual([
      200,
      [line('customer.exported', mia.id, mia.id)],
    ]);
  });

  it('tells who was refused at which route, whatever was in the address [AC-75]', async () => {
    const roles = { json: { roles: ['customer', 'admin'] } };
    expect(await linesOf('PUT', `/v1/customers/${eve.id}/roles?x=${eve.email}`, mia.bearer, roles)).toEqual([
      403,
      [line('auth.access.refused', mia.id, null, 'PUT /v1/customers/:id/roles')],
    ]);
    expect(await linesOf('GET', '/v1/customers', mia.bearer)).toEqual([
      403,
      [line('auth.access.refused', mia.id, null, 'GET /v1/customers')],
    ]);
    expect(await linesOf('GET', '/v1/customers?status=deleted', clerk.bearer)).toEqual([
      403,
      [line('auth.access.refused', clerk.id, null, 'GET /v1/customers')],
    ]);
    expect(await linesOf('PATCH', `/v1/customers/${admin.id}`, clerk.bearer, { json: { lastName: 'X' } })).toEqual([
      403,
      [line('auth.access.refused', clerk.id, null, 'PATCH /v1/customers/:id')],
    ]);
  });

  it('tells of ten refusals of one caller in a minute, and of the others nothing [AC-75]', async () => {
    const refused = () => app.request('GET', '/v1/audit', { bearer: eve.bearer });
    const answers = await Promise.all(Array.from({ length: 50 }, refused));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]));
    const sql = "select id from audit_log where action = 'auth.access.refused' and actor = $1";
    expect((await database.query(sql, [eve.id])).rows).toHaveLength(REFUSALS_A_MINUTE);
  });

  it('tells that a reset was asked for, by the keyed hash of the name, known and unknown alike [AC-75]', async () => {
    const since = new Date();
    for (const name of [mia.email, freshEmail()]) expect((await requestPasswordReset(app, name)).status).toBe(202);
    const sql = `select action, actor, target, source, detail from audit_log
      where action = 'auth.password.reset_asked' and at >= $1`;
    const { rows } = await database.query<Line>(sql, [since]);
    expect(rows).toHaveLength(2);
    for (const { target, ...rest } of rows) {
      expect(target).toMatch(/^[0-9a-f]{64}$/);
      expect(rest).toEqual({ action: 'auth.password.reset_asked', actor: null, source: '127.0.0.1', detail: null });
    }
    expect(new Set(rows.map(({ target }) => target)).size).toBe(2);
  });

  it('shows an administrator the detail of a line, and holds nobody’s address or name [AC-75]', async () => {
    const path = `/v1/audit?actor=${clerk.id}&action=auth.access.refused`;
    const { json } = await app.request<{ items: Line[] }>('GET', path, { bearer: admin.bearer });
    expect(json.items[0]?.detail).toBe('GET /v1/customers');
    const { rows } = await database.query('select action, actor, target, source, detail from audit_log');
    for (const { email } of [admin, clerk, mia, eve]) expect(JSON.stringify(rows)).not.toContain(email);
  });
});
