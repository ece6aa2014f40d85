import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, openHouse } from '../replicas/house.js';
import { codeOf, type Person, register, stranger } from '../replicas/people.js';
import { ROOT } from '../support/built.js';
import { send } from '../support/http-message.js';

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}
interface Customer {
  readonly id: string;
  readonly version: number;
  readonly firstName: string | null;
  readonly status: string;
}
interface SignedUp {
  readonly person: Person;
  readonly id: string;
  readonly bearer: string;
  readonly refresh: string;
}

describe('customers, over two replicas', () => {
  let house: House;
  let here: string;
  let there: string;
  let admin: string;

  beforeAll(async () => {
    house = await openHouse({ runs: ['all', 'api'], broker: true, env: { PUBLIC_URL: 'https://foyer.example' } });
    [here = '', there = ''] = house.urls;
    admin = await administrator();
  });
  afterAll(() => house?.close());

  const logIn = (username: string, password: string, base = here) =>
    send<Tokens>(`${base}/v1/auth/login`, 'POST', { json: { username, password } });

  const administrator = async (): Promise<string> => {
    const email = `${randomUUID()}@example.org`;
    const script = path.join(ROOT, 'dist/apps/server/src/admin.js');
    const { stdout } = await promisify(execFile)(process.execPath, [script, email], {
      env: house.env,
      timeout: 20_000,
    });
    const once = stdout.split(/\s/)[1] ?? '';
    const bearer = (await logIn(email, once)).json.access_token;
    const json = { currentPassword: once, newPassword: `of the admin ${randomUUID()}` };
    expect((await send(`${here}/v1/auth/password`, 'PUT', { bearer, json })).status).toBe(204);
    return (await logIn(email, json.newPassword)).json.access_token;
  };
  const signUp = async (): Promise<SignedUp> => {
    const person = stranger();
    const ticket = await register(here, person);
    const json = { code: await codeOf(house.mails, person, ticket) };
    const basic = [person.email, person.password] as const;
    const url = `${here}/v1/registrations/activate?tokens=true`;
    const answer = await send<{ id: string; tokens: Tokens }>(url, 'POST', { basic, json });
    const { access_token: bearer, refresh_token: refresh } = answer.json.tokens;
    return { person, id: answer.json.id, bearer, refresh };
  };
  const call = (method: string, path: string, bearer: string, json?: object, headers: Record<string, string> = {}) =>
    send<Customer>(`${here}/v1/customers/${path}`, method, { bearer, headers, ...(json ? { json } : {}) });

  /** The status after which nothing changes any more, at the replica that was not told. */
  const refusedThere = async (bearer: string): Promise<number> => {
    const until = Date.now() + 1_000;
    for (;;) {
      const { status } = await send(`${there}/v1/customers/me`, 'GET', { bearer });
      if (status === 401 || Date.now() > until) return status;
      await pause(20);
    }
  };

  describe.each<[string, (mia: SignedUp) => Promise<{ readonly status: number }>]>([
    ['is suspended', (mia) => call('PATCH', mia.id, admin, { status: 'suspended' })],
    ['is deleted', (mia) => call('DELETE', mia.id, admin)],
    ['deletes himself', (mia) => call('DELETE', 'me', mia.bearer)],
    ['gets other roles', (mia) => call('PUT', `${mia.id}/roles`, admin, { roles: ['customer', 'staff'] })],
  ])('AC-31 a customer who %s', (what, act) => {
    it('is out everywhere within a second, and nothing of before works', async () => {
      const mia = await signUp();
      expect((await send(`${there}/v1/customers/me`, 'GET', { bearer: mia.bearer })).status).toBe(200);
      expect((await act(mia)).status).toBeLessThan(300);
      expect(await refusedThere(mia.bearer)).toBe(401);
      const json = { refresh_token: mia.refresh };
      for (const base of [here, there])
        expect((await send(`${base}/v1/auth/refresh`, 'POST', { json })).status).toBe(401);
      const { status } = await logIn(mia.person.email, mia.person.password, there);
      expect(status).toBe(what === 'gets other roles' ? 200 : 401);
    });
  });

  it('AC-19 takes a merge patch of what may be changed, and nothing else', async () => {
    const mia = await signUp();
    const patched = await call('PATCH', 'me', mia.bearer, { firstName: 'Mia', attributes: { a: 1, b: null } });
    expect(patched).toMatchObject({ status: 200, json: { firstName: 'Mia', attributes: { a: 1 }, version: 2 } });
    for (const field of [
      'status',
      'id',
      'email',
      'roles',
      'version',
      'verifiedBy',
      'createdAt',
      'balance',
      'passwordHash',
    ])
      expect((await call('PATCH', 'me', mia.bearer, { [field]: 'x' })).status, field).toBe(422);
    for (const value of [7, [], {}, true, null])
      expect((await call('PATCH', 'me', mia.bearer, { market: value })).status, String(value)).toBe(422);
    expect((await call('GET', 'me', mia.bearer)).json.version).toBe(2);
  });

  it('AC-49 deletes nobody who asks for more than he may: a query is refused, whatever it says', async () => {
    const mia = await signUp();
    for (const query of ['mode=erase', 'mode=soft', 'mode=', 'other=1'])
      expect(await call('DELETE', `me?${query}`, mia.bearer), query).toMatchObject({
        status: 422,
        json: { code: 'request.invalid', errors: [{ code: 'unknown_field' }] },
      });
    expect(await call('GET', 'me', mia.bearer)).toMatchObject({ status: 200, json: { version: 1 } });
  });

  it('RC-12 lets one of many who have read the same version write', async () => {
    const mia = await signUp();
    const etag = (await call('GET', 'me', mia.bearer)).headers.get('etag') ?? '';
    const writes = Array.from({ length: 10 }, (_, n) =>
      call('PATCH', 'me', mia.bearer, { lastName: `writer ${n}` }, { 'if-match': etag }),
    );
    const statuses = (await Promise.all(writes)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(9);
    const stale = await call('DELETE', 'me', mia.bearer, undefined, { 'if-match': etag });
    expect(stale).toMatchObject({ status: 412, json: { code: 'customer.changed' } });
  });

  it('AC-49 shows and gives nobody what is not his', async () => {
    const [mia, eve] = [await signUp(), await signUp()];
    expect((await call('GET', mia.id, eve.bearer)).status).toBe(404);
    expect((await call('GET', mia.id, mia.bearer)).status).toBe(200);
    expect((await call('GET', mia.id, admin)).status).toBe(200);
    for (const id of [randomUUID(), 'x', mia.id.toUpperCase()]) {
      for (const method of ['GET', 'DELETE'])
        expect((await call(method, id, admin)).status, `${method} ${id}`).toBe(404);
    }
    for (const [method, path, json] of [
      ['PATCH', mia.id, {}],
      ['DELETE', mia.id, undefined],
      ['POST', `${mia.id}/restore`, undefined],
      ['PUT', `${mia.id}/roles`, { roles: ['admin'] }],
    ] as const)
      expect((await call(method, path, eve.bearer, json)).status, `${method} ${path}`).toBe(403);
    expect((await call('GET', 'me', mia.bearer)).status).toBe(200);
  });

  it('lets staff change a customer, and only administrators his status', async () => {
    const [mia, staff] = [await signUp(), await signUp()];
    await call('PUT', `${staff.id}/roles`, admin, { roles: ['customer', 'staff'] });
    const bearer = (await logIn(staff.person.email, staff.person.password)).json.access_token;
    expect((await call('PATCH', mia.id, bearer, { firstName: 'Mira' })).json).toMatchObject({ firstName: 'Mira' });
    expect((await call('PATCH', mia.id, bearer, { status: 'suspended' })).status).toBe(403);
    expect((await call('DELETE', mia.id, bearer)).status).toBe(403);
  });

  it('RC-16 INV-03 gives a freed identifier a fresh id, and takes a deletion back only while nobody has it', async () => {
    const mia = await signUp();
    expect((await call('DELETE', mia.id, admin)).status).toBe(204);
    expect((await call('DELETE', mia.id, admin)).status).toBe(404);
    expect((await call('POST', `${mia.id}/restore`, admin)).json).toMatchObject({ id: mia.id, status: 'active' });
    expect((await logIn(mia.person.email, mia.person.password)).status).toBe(200);
    await call('DELETE', mia.id, admin);
    const ticket = await register(here, { ...mia.person, password: `another ${randomUUID()}` });
    expect(ticket.id).not.toBe(mia.id);
    const password = `yet another ${randomUUID()}`;
    const again = await register(here, { ...mia.person, password });
    expect(again.id).toBe(ticket.id);
    const code = await codeOf(house.mails, mia.person, again);
    const basic = [mia.person.email, password] as const;
    const activated = await send<Customer>(`${here}/v1/registrations/activate`, 'POST', { basic, json: { code } });
    expect(activated).toMatchObject({ status: 200, json: { id: ticket.id } });
    const refused = await call('POST', `${mia.id}/restore`, admin);
    expect(refused).toMatchObject({ status: 409, json: { code: 'customer.identifier_taken' } });
  });

  it('INV-11 tells every step of a life, in order', async () => {
    const mia = await signUp();
    await call('PATCH', 'me', mia.bearer, { firstName: 'Mia' });
    await call('PATCH', mia.id, admin, { status: 'suspended' });
    await call('PATCH', mia.id, admin, { status: 'active' });
    await call('DELETE', mia.id, admin);
    await call('POST', `${mia.id}/restore`, admin);
    await house.events.waitFor((event) => event.type === 'customer.restored.v1' && event.subject === mia.id, 10_000);
    const life = house.events.events.filter(({ type, subject }) => subject === mia.id && type.startsWith('customer.'));
    expect(life.map(({ type }) => type.split('.')[1])).toEqual([
      ...['created', 'updated', 'suspended', 'reactivated', 'deleted', 'restored'],
    ]);
    expect(life.map(({ body }) => body['sequence'])).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
