import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS } from '../../support/backends.js';
import { freshEmail } from '../../support/registration-fixtures.js';
import { createAdministrator, createUserWithRoles, type SignedInUser } from '../../support/staff-fixtures.js';
import { type CustomerResponse, useTestApp } from '../../support/test-app.js';

interface List {
  readonly items: readonly CustomerResponse[];
  readonly nextCursor: string | null;
  readonly total?: number;
  readonly code?: string;
}

const PUBLIC_URL = 'https://foyer.example.org';

describe.each(BACKENDS)('lists of customers on $name', (backend) => {
  const app = useTestApp(backend, { PUBLIC_URL, DEV_MAILBOX: 'public', LOG_LEVEL: 'trace' });
  const family = `Fam${randomUUID().slice(0, 8)}`;
  let [admin, staff, mia]: SignedInUser[] = [];
  const ids: string[] = [];

  const list = (query: Record<string, string> | string, bearer = staff?.bearer ?? '') =>
    app.request<List>('GET', `/v1/customers?${typeof query === 'string' ? query : new URLSearchParams(query)}`, {
      bearer,
    });
  const each = (...queries: Record<string, string>[]) => queries;
  const idsOf = ({ json }: { readonly json: List }) => json.items.map(({ id }) => id);

  beforeAll(async () => {
    admin = await createAdministrator(app);
    [staff, mia] = [
      await createUserWithRoles(app, admin, ['customer', 'staff']),
      await createUserWithRoles(app, admin, ['customer']),
    ];
    for (let n = 0; n < 7; n++) {
      const { customer } = await app.createCustomer({
        email: freshEmail(),
        password: `pass ${randomUUID()}`,
        lastName: family,
      });
      ids.push(customer.id);
    }
  }, 90_000);

  it('AC-39 are for staff and administrators', async () => {
    expect((await app.request('GET', '/v1/customers')).status).toBe(401);
    expect((await list({}, mia?.bearer)).status).toBe(403);
    expect((await list({ nonsense: '1' }, mia?.bearer)).status, '403 beats 422').toBe(403);
    for (const caller of [admin, staff]) expect((await list({}, caller?.bearer)).status).toBe(200);
  });

  it('AC-48 are the same for whoever else an address names', async () => {
    for (const name of ['customerId', 'id', 'roles', 'sub', 'limit[]', '__proto__', 'constructor'])
      expect([name, (await list({ [name]: admin?.id ?? '' })).status]).toEqual([name, 422]);
  });

  it('lead from page to page by cursor and by Link, everybody once, in the order of creation', async () => {
    const seen: string[] = [];
    let query = new URLSearchParams({ q: family.toUpperCase(), limit: '3' }).toString();
    for (;;) {
      const reply = await list(query);
      expect(reply.status, reply.text).toBe(200);
      seen.push(...idsOf(reply));
      const link = reply.headers.get('link');
      if (reply.json.nextCursor === null) {
        expect([link, reply.json.items.length]).toEqual([null, 1]);
        break;
      }
      const [, url = ''] = /^<(.*)>; rel="next"$/.exec(link ?? '') ?? [];
      expect(url).toContain(`${PUBLIC_URL}/v1/customers?`);
      query = new URL(url).search.slice(1);
      expect(new URLSearchParams(query).get('cursor')).toBe(reply.json.nextCursor);
    }
    expect(seen).toEqual(ids);
  });

  it('tell a total when they are asked for it', async () => {
    expect((await list({ q: family, limit: '1' })).json).not.toHaveProperty('total');
    expect((await list({ q: family, limit: '1', count: 'exact' })).json).toMatchObject({
      total: 7,
      items: [{ id: ids[0] }],
    });
    expect((await list({ q: 'nobody is called this', count: 'exact' })).json).toEqual({
      items: [],
      nextCursor: null,
      total: 0,
    });
  });

  it('show a customer as he is shown elsewhere, found by every filter', async () => {
    const shown = (
      await app.request<CustomerResponse>('GET', `/v1/customers/${mia?.id}`, { bearer: staff?.bearer ?? '' })
    ).json;
    const email = mia?.email ?? '';
    const before = new Date(Date.parse(String(shown['createdAt'])) - 1).toISOString();
    for (const query of each(
      { email: email.toUpperCase() },
      { q: email.slice(0, 7) },
      { email, status: 'active', createdAfter: before, q: email.slice(0, 2) },
    ))
      expect((await list(query)).json.items).toEqual([shown]);
    for (const query of each(
      { email, status: 'suspended' },
      { email, createdAfter: String(shown['createdAt']) },
      { email, q: 'else' },
    ))
      expect((await list(query)).json.items).toEqual([]);
    expect((await list('phone=+15005550006&count=exact')).json.total, 'a plus in an address is a blank').toBe(0);
  });

  it.each([
    ['limit', ['0', '101', '-1', '1.5', '1e1', '007', '', ' 1', 'ten', '9'.repeat(400)]],
    ['count', ['', 'true', 'EXACT', 'about']],
    ['status', ['', 'gone', 'ACTIVE', 'active,deleted']],
    [
      'createdAfter',
      [
        '',
        'yesterday',
        '2026-02-30T00:00:00Z',
        '2026-03-01',
        '2026-03-01T12:00:00',
        '2026-03-01T25:00:00Z',
        '+275760-09-13T00:00:00Z',
        '0000-01-01T00:00:00Z',
        '9999-12-31T23:59:59-23:59',
        '1767225600000',
      ],
    ],
    ['email', ['', 'mia', 'mia@', 'a@b@c.org', 'a\u0000@example.org']],
    ['phone', ['', 'phone', '+', '12', '+1415555013200000000']],
    ['document', ['', '529.982.247-24', '11111111111', 'x']],
    ['q', ['', '  ', '\u0000', 'a\nb', 'x'.repeat(255)]],
    ['Q', ['x']],
  ])('AC-44 refuse a %s that is none', async (name, values) => {
    for (const value of values) expect([value, (await list({ [name]: value })).status]).toEqual([value, 422]);
    const twice = await list(
      [...Array(2)].map(() => `${name}=${encodeURIComponent(name === 'limit' ? '5' : 'active')}`).join('&'),
    );
    expect(twice.status, 'twice').toBe(422);
  });

  it('take any text for something to look for', async () => {
    for (const q of ["'", '"', '%', '_', '\\', '--', '{}', '\ud83d', '\u{10ffff}', '1=1', 'x'.repeat(254)])
      expect([q, (await list({ q })).status]).toEqual([q, 200]);
    expect((await list('q=%ff%fe')).status).toBe(200);
  });

  it('AC-49 refuse a cursor of others, of other filters, and one that was made up', async () => {
    const cursor = (await list({ q: family, limit: '2' })).json.nextCursor ?? '';
    expect(idsOf(await list({ q: family, limit: '3', cursor }))).toEqual(ids.slice(2, 5));
    const foreign = [
      list({ q: family, cursor }, admin?.bearer),
      list({ cursor }),
      list({ q: family, status: 'active', cursor }),
      ...[
        '',
        'x',
        `${cursor}=`,
        cursor.slice(1),
        cursor.toLowerCase(),
        'A'.repeat(54),
        Buffer.from('{"id":1}').toString('base64url'),
      ].map((made) => list({ q: family, cursor: made })),
    ];
    for (const { status, json } of await Promise.all(foreign))
      expect([status, json.code]).toEqual([400, 'request.cursor_not_valid']);
    expect((await list({ cursor: 'x'.repeat(201) })).status).toBe(422);
  });

  it('show the deleted to administrators, and nobody else', async () => {
    const [id = ''] = ids.splice(3, 1);
    const page = await list({ q: family, limit: '3' });
    expect((await app.request('DELETE', `/v1/customers/${id}`, { bearer: admin?.bearer ?? '' })).status).toBe(204);
    expect(idsOf(await list({ q: family, cursor: page.json.nextCursor ?? '' }))).toEqual(ids.slice(3));
    expect(idsOf(await list({ q: family }))).toEqual(ids);
    expect((await list({ q: family, status: 'deleted' })).status).toBe(403);
    expect((await list({ q: family, status: 'deleted' }, admin?.bearer)).json.items).toMatchObject([
      { id, status: 'deleted' },
    ]);
  });

  it('ST-10 leave nothing of what was looked for in a log line, a metric or a problem', async () => {
    const canary = `canary${randomUUID().slice(0, 8)}`;
    const phone = '+14155552671';
    const document = '529.982.247-25';
    const asked: Record<string, string>[] = [
      { document },
      { email: `${canary}@example.org` },
      { q: canary },
      { phone },
      { email: canary },
      { q: canary, cursor: canary },
      { [canary]: '1' },
      { q: canary, limit: canary },
    ];
    const replies = [];
    for (const query of asked) replies.push(await list(query));
    for (const query of asked) replies.push(await list(query, mia?.bearer));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 400, 403, 422]));
    const problems = replies.map(
      ({ json }) => json as unknown as { instance?: string; type?: string; detail?: string },
    );
    const told = problems.map(({ instance = '', type = '', detail = '' }) => instance + type + detail).join('\n');
    const metrics = (await app.program.request('GET', '/metrics')).text;
    expect(metrics).toContain('route="/v1/customers"');
    for (const secret of [canary, phone, phone.slice(1), document])
      expect([app.program.output(), metrics, told].map((text) => text.includes(secret))).toEqual([false, false, false]);
  });
});
