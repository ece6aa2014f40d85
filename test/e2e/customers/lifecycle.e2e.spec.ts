import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CustomersClient, type SignedUpCustomer } from '../../support/customers-client.js';
import { type RequestOptions, send } from '../../support/http-message.js';
import { findBrokenInvariants } from '../../support/invariant-checks.js';
import { race } from '../../support/race.js';
import { activate, findReservedCustomerId, register, waitForCode } from '../../support/registration-requests.js';
import { startDeployment, type TestDeployment } from '../../support/test-deployment.js';
import { IdentifierContention } from './identifier-contention.js';

describe('customers, over two replicas', () => {
  let deployment: TestDeployment;
  let members: CustomersClient;
  let here: string;
  let there: string;
  let admin: string;

  beforeAll(async () => {
    deployment = await startDeployment({
      roles: ['all', 'api'],
      broker: true,
      env: { PUBLIC_URL: 'https://foyer.example' },
    });
    [here = '', there = ''] = deployment.urls;
    members = new CustomersClient(deployment);
    admin = await members.createAdministrator();
  });
  afterAll(() => deployment?.close());

  const logIn = (username: string, password: string, base?: string) => members.logIn(username, password, base);
  const signUp = () => members.createCustomer();
  const call = (method: string, path: string, bearer: string, json?: object, headers: RequestOptions['headers'] = {}) =>
    members.callCustomers(method, path, bearer, json, { headers });

  /** The status after which nothing changes any more, at the replica that was not told. */
  const refusedThere = async (bearer: string): Promise<number> => {
    const until = Date.now() + 1_000;
    for (;;) {
      const { status } = await send(`${there}/v1/customers/me`, 'GET', { bearer });
      if (status === 401 || Date.now() > until) return status;
      await pause(20);
    }
  };

  describe.each<[string, (mia: SignedUpCustomer) => Promise<{ readonly status: number }>]>([
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

  it('RC-12 lets one of many who have read the same version write, on whichever replica', async () => {
    const mia = await signUp();
    const etag = (await call('GET', 'me', mia.bearer)).headers.get('etag') ?? '';
    const requests = Array.from({ length: 10 }, (_, n) => ({
      ...{ method: 'PATCH', path: '/v1/customers/me', bearer: mia.bearer, headers: { 'if-match': etag } },
      json: { lastName: `writer ${n}` },
    }));
    const { replies } = await race(deployment.urls, requests);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(412)]);
    const stale = await call('DELETE', 'me', mia.bearer, undefined, { 'if-match': etag });
    expect(stale).toMatchObject({ status: 412, json: { code: 'customer.changed' } });
  });

  it('RC-12 loses no field of those who have read nothing, on whichever replica, and says to none that it has changed', async () => {
    const mia = await signUp();
    const requests = Array.from({ length: 10 }, (_, n) => ({
      ...{ method: 'PATCH', path: `/v1/customers/${mia.id}`, bearer: admin },
      json: { attributes: { [`writer${n}`]: true } },
    }));
    const { replies } = await race(deployment.urls, requests);
    const statuses = replies.map(({ status }) => status);
    expect(statuses.filter((status) => ![200, 503].includes(status))).toEqual([]);
    const written = statuses.flatMap((status, n) => (status === 200 ? [`writer${n}`] : []));
    const { attributes, version } = (await call('GET', mia.id, admin)).json;
    expect(Object.keys(attributes as object).sort()).toEqual(written);
    expect(version).toBe(1 + written.length);
    expect(written.length).toBeGreaterThan(1);
  });

  it('RC-12 deletes once and restores once, however many ask at once', async () => {
    const mia = await signUp();
    const at = async (method: string, path: string) => {
      const { replies } = await race(deployment.urls, Array(10).fill({ method, path, bearer: admin }));
      return replies.map(({ status }) => status).filter((status) => status !== 503);
    };
    const path = `/v1/customers/${mia.id}`;
    const deleted = await at('DELETE', path);
    expect(deleted.sort()).toEqual([204, ...Array(deleted.length - 1).fill(404)]);
    expect(new Set(await at('POST', `${path}/restore`))).toEqual(new Set([200]));
    expect((await call('GET', mia.id, admin)).json.version).toBe(3);
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
    const fresh = await findReservedCustomerId(deployment, ticket);
    expect(fresh).not.toBe(mia.id);
    const password = `yet another ${randomUUID()}`;
    const again = await register(here, { ...mia.person, password });
    expect(await findReservedCustomerId(deployment, again)).toBe(fresh);
    const code = await waitForCode(deployment.mails, mia.person, again);
    const activated = await activate(here, { ...mia.person, password }, code);
    expect(activated).toMatchObject({ status: 200, json: { id: fresh } });
    const refused = await call('POST', `${mia.id}/restore`, admin);
    expect(refused).toMatchObject({ status: 409, json: { code: 'customer.identifier_taken' } });
  });

  describe('RC-16 an identifier that several want at once', () => {
    afterEach(async () => expect(await findBrokenInvariants(deployment.database)).toEqual([]));

    it.each(['once', 'as soon as he is there'])(
      'is deleted %s, activated and registered anew: one person or nobody has it, and every id stays its person’s',
      async (when) => {
        const rivals = new IdentifierContention(deployment, members, admin);
        for (let round = 0; round < 5; round++) {
          const { mia, id: his, code, eve } = await rivals.createContenders();
          const [activated, deleted, other] = await Promise.all([
            activate(here, mia, code),
            when === 'once'
              ? pause(round * 4).then(() => rivals.deleteCustomer(his))
              : rivals.deleteAsSoonAsCreated(his),
            pause(round * 8).then(() => register(there, eve)),
          ]);
          expect(activated).toMatchObject({ status: 200, json: { id: his } });
          expect(when === 'once' ? [204, 404] : [204]).toContain(deleted.status);
          const isGone = deleted.status === 204;
          await (isGone ? rivals.expectDeleted(mia, his) : rivals.expectOwner(mia, his));
          const entered = await rivals.tryActivate(eve, other);
          if (entered !== null)
            expect([isGone, entered]).toEqual([true, await findReservedCustomerId(deployment, other)]);
          if (!isGone) continue;
          // Who came too early to be let in comes again.
          const id = entered ?? (await members.createCustomer(eve)).id;
          expect(id).not.toBe(his);
          await rivals.expectOwner(eve, id);
        }
      },
    );

    it('is restored while a newcomer’s attempt waits: his code is dead, and the owner is back', async () => {
      const rivals = new IdentifierContention(deployment, members, admin);
      const mia = await signUp();
      await rivals.deleteCustomer(mia.id);
      const eve = { ...mia.person, password: `another ${randomUUID()}` };
      const ticket = await register(here, eve);
      const code = await waitForCode(deployment.mails, eve, ticket);
      expect((await rivals.restoreCustomer(mia.id)).status).toBe(200);
      for (const base of [here, there]) expect((await activate(base, eve, code)).status).toBe(401);
      await rivals.expectOwner(mia.person, mia.id);
      expect((await call('GET', await findReservedCustomerId(deployment, ticket), admin)).status).toBe(404);
    });

    it('is restored and activated by a newcomer: one of them has it', async () => {
      const rivals = new IdentifierContention(deployment, members, admin);
      for (let round = 0; round < 6; round++) {
        const mia = await signUp();
        await rivals.deleteCustomer(mia.id);
        const eve = { ...mia.person, password: `another ${randomUUID()}` };
        const ticket = await register(here, eve);
        const code = await waitForCode(deployment.mails, eve, ticket);
        const [restored, activated] = await Promise.all([
          pause(round * 3).then(() => rivals.restoreCustomer(mia.id)),
          activate(here, eve, code),
        ]);
        expect(['200 401', '409 200']).toContain(`${restored.status} ${activated.status}`);
        if (activated.status === 200) await rivals.expectOwner(eve, await findReservedCustomerId(deployment, ticket));
        else await rivals.expectOwner(mia.person, mia.id);
      }
    });
  });

  it('INV-11 tells every step of a life, in order', async () => {
    const mia = await signUp();
    await call('PATCH', 'me', mia.bearer, { firstName: 'Mia' });
    await call('PATCH', mia.id, admin, { status: 'suspended' });
    await call('PATCH', mia.id, admin, { status: 'active' });
    await call('DELETE', mia.id, admin);
    await call('POST', `${mia.id}/restore`, admin);
    await deployment.events.waitFor(
      (event) => event.type === 'customer.restored.v1' && event.subject === mia.id,
      10_000,
    );
    const life = deployment.events.events.filter(
      ({ type, subject }) => subject === mia.id && type.startsWith('customer.'),
    );
    expect(life.map(({ type }) => type.split('.')[1])).toEqual([
      ...['created', 'updated', 'suspended', 'reactivated', 'deleted', 'restored'],
    ]);
    expect(life.map(({ body }) => body['sequence'])).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
