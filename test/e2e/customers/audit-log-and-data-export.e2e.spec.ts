import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS } from '../../support/backends.js';
import { createAdministrator, createUserWithRoles, type SignedInUser } from '../../support/staff-fixtures.js';
import { useTestApp } from '../../support/test-app.js';

interface Entry {
  readonly at: string;
  readonly action: string;
  readonly actor: string | null;
  readonly target: string | null;
  readonly source: string | null;
  readonly correlationId: string | null;
}
interface Audit {
  readonly items: readonly Entry[];
  readonly nextCursor: string | null;
  readonly total?: number;
}
interface Export {
  readonly exportedAt: string;
  readonly customer: object;
  readonly signIn: { readonly sessions: readonly { readonly id: string }[] };
  readonly events: readonly { readonly type: string; readonly subject: string }[];
  readonly audit: readonly Entry[];
}

describe.each(BACKENDS)('what is kept of a customer on $name', (backend) => {
  const app = useTestApp(backend);
  let [admin, staff, mia, eve] = [] as unknown as [SignedInUser, SignedInUser, SignedInUser, SignedInUser];

  const audit = (query: Record<string, string>, bearer = admin.bearer) =>
    app.request<Audit>('GET', `/v1/audit?${new URLSearchParams(query)}`, { bearer });
  const exported = (who: SignedInUser) => app.request<Export>('GET', `/v1/customers/me/export`, { bearer: who.bearer });

  beforeAll(async () => {
    admin = await createAdministrator(app);
    staff = await createUserWithRoles(app, admin, ['customer', 'staff']);
    mia = await createUserWithRoles(app, admin, ['customer']);
    eve = await createUserWithRoles(app, admin, ['customer']);
  }, 90_000);

  it('AC-48 the audit log is for administrators, whoever else an address names', async () => {
    expect((await app.request('GET', '/v1/audit')).status).toBe(401);
    for (const who of [mia, staff]) expect((await audit({ actor: who.id }, who.bearer)).status).toBe(403);
    expect((await audit({ customerId: mia.id })).status).toBe(422);
  });

  it('ST-11 tells who did what to whom, from where, when, and by which request', async () => {
    const before = new Date(Date.now() - 1).toISOString();
    const headers = { 'x-correlation-id': `by-${randomUUID()}` };
    const json = { status: 'suspended' };
    const patched = await app.request('PATCH', `/v1/customers/${mia.id}`, { bearer: admin.bearer, headers, json });
    expect(patched.status).toBe(200);
    const { items } = (await audit({ target: mia.id, actor: admin.id, from: before })).json;
    expect(items.length).toBeGreaterThan(0);
    for (const entry of items)
      expect(entry).toMatchObject({ actor: admin.id, target: mia.id, correlationId: headers['x-correlation-id'] });
    expect(items.map(({ source }) => source)).toContain('127.0.0.1');
    expect(JSON.stringify(items)).not.toContain(mia.email);
    const active = { bearer: admin.bearer, json: { status: 'active' } };
    expect((await app.request('PATCH', `/v1/customers/${mia.id}`, active)).status).toBe(200);
    expect((await audit({ target: mia.id, to: before, action: items[0]?.action ?? '' })).json.items).toEqual([]);
  });

  it('leads from page to page, everything once, the oldest first', async () => {
    const whole = (await audit({ limit: '100', count: 'exact', to: new Date().toISOString() })).json;
    expect(whole.items.length).toBe(Math.min(100, whole.total ?? 0));
    expect(whole.items.map(({ at }) => at)).toEqual(whole.items.map(({ at }) => at).sort());
    const few: Entry[] = [];
    let cursor: string | null = '';
    while (cursor !== null && few.length < whole.items.length) {
      const page: Audit = (await audit({ limit: '7', ...(cursor && { cursor }) })).json;
      few.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(few.slice(0, whole.items.length)).toEqual(whole.items);
    const other = await audit({
      cursor: (await audit({ limit: '1' })).json.nextCursor ?? '',
      action: 'auth.refreshed',
    });
    expect(other.status).toBe(400);
  });

  it.each([
    ['from', ['', 'yesterday', '2026-13-01T00:00:00Z']],
    ['actor', ['', 'x'.repeat(65), "'", 'a b', '\u0000']],
    ['action', ['', '%', '漢']],
    ['limit', ['0', '101']],
    ['sort', ['at']],
  ])('AC-44 refuses a %s that is none', async (name, values) => {
    for (const value of values) expect([value, (await audit({ [name]: value })).status]).toEqual([value, 422]);
  });

  it('a customer takes home everything of his own, and nothing of others', async () => {
    const { status, json, headers, text } = await exported(eve);
    expect([status, headers.get('content-disposition')]).toEqual([200, 'attachment; filename="foyer-export.json"']);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(json.customer).toEqual((await app.getMe(eve.bearer)).json);
    expect(json.signIn).toMatchObject({ roles: ['customer'], hasPassword: true, links: [] });
    const sessions = await app.request<{ items: { id: string }[] }>('GET', '/v1/auth/sessions', {
      bearer: eve.bearer,
    });
    expect(json.signIn.sessions.map(({ id }) => id)).toEqual(
      expect.arrayContaining(sessions.json.items.map(({ id }) => id)),
    );
    expect(json.events).toMatchObject([{ type: 'customer.created.v1', subject: eve.id }]);
    expect(json.audit.map(({ actor, target }) => [actor, target])).toContainEqual([eve.id, eve.id]);
    for (const other of [mia, staff, admin])
      expect([text.includes(other.id), text.includes(other.email)]).toEqual([false, false]);
    expect(text).not.toMatch(/\$2[aby]\$|refresh_token|credential/);
  });

  it('AC-48 AC-49 takes nobody else home, and asks for a token', async () => {
    const mine = '/v1/customers/me/export';
    const named = await app.request('GET', `${mine}?customerId=${admin.id}&id=${admin.id}`, { bearer: eve.bearer });
    expect([named.status, named.text.includes(admin.id)]).toEqual([422, false]);
    expect((await app.request('GET', mine)).status).toBe(401);
    expect((await app.request('GET', `/v1/customers/${eve.id}/export`, { bearer: admin.bearer })).status).toBe(404);
  });

  it('AC-49 tells of an administrator only that it was another', async () => {
    await app.request('PATCH', `/v1/customers/${eve.id}`, { bearer: admin.bearer, json: { lastName: 'Adams' } });
    const { json, text } = await exported(eve);
    expect(json.audit).toContainEqual(expect.objectContaining({ actor: 'another', target: eve.id, source: null }));
    expect(text).not.toContain(admin.id);
  });
});
