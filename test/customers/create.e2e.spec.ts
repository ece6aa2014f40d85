import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshPhone } from '../registration/people.js';
import type { House } from '../replicas/house.js';
import { activate, codeIn, codeOf, customerIdOf, register, stranger } from '../replicas/people.js';
import { type RequestOptions, send } from '../support/http-message.js';
import { type Members, openMembers, type Shown } from './members.js';

describe('a customer whom staff vouch for, over two replicas', () => {
  let house: House;
  let members: Members;
  let admin: string;

  beforeAll(async () => {
    ({ house, members, admin } = await openMembers({ TRUSTED_SOURCES: '127.0.0.1/32' }));
  }, 120_000);
  afterAll(() => house?.close());

  const create = (json: unknown, o: RequestOptions = {}, base = members.here) =>
    send<Shown>(`${base}/v1/customers`, 'POST', { bearer: admin, json, ...o });
  const created = async (json: object) => {
    const { status, text, json: made } = await create(json);
    expect(status, text).toBe(201);
    return made;
  };
  const events = (type: string, subject: string) =>
    house.events.events.filter((event) => event.type === type && event.subject === subject);

  it('is made with address and number, shown where Location says, and told once', async () => {
    const { email } = stranger();
    const phone = freshPhone();
    const answer = await create({ email: email.toUpperCase(), phone, firstName: 'Ada', attributes: { vip: true } });
    const { id } = answer.json;
    expect(answer.status, answer.text).toBe(201);
    expect(answer.json).toMatchObject({
      ...{ email, phone, firstName: 'Ada', lastName: null, market: 'US', locale: 'en', attributes: { vip: true } },
      ...{ status: 'active', verifiedBy: 'staff', version: 1 },
    });
    expect(answer.headers.get('location')).toBe(`/v1/customers/${id}`);
    expect(answer.headers.get('etag')).toBe(`"${id}.1"`);
    const shown = await send<Shown>(`${members.there}/v1/customers/${id}`, 'GET', { bearer: admin });
    expect(shown.text).toBe(answer.text);
    await house.events.waitFor(({ type, subject }) => type === 'customer.created.v1' && subject === id, 10_000);
    expect(events('customer.created.v1', id)).toHaveLength(1);
  });

  it('has no password until a reset sets one, by mail', async () => {
    const { email } = stranger();
    await created({ email });
    expect((await members.logIn(email, '')).status).toBe(422);
    expect((await members.logIn(email, 'no password at all')).status).toBe(401);
    await send(`${members.here}/v1/auth/password/forgot`, 'POST', { json: { username: email } });
    const mail = await house.mails.waitFor(({ to }) => to.includes(email), 10_000);
    const newPassword = `a password of my own ${randomUUID()}`;
    const json = { username: email, code: codeIn(mail), newPassword };
    expect((await send(`${members.there}/v1/auth/password/reset`, 'POST', { json })).status).toBe(204);
    expect((await members.logIn(email, newPassword)).status).toBe(200);
  });

  it('is refused when the address or the number is somebody’s', async () => {
    const [email, phone] = [stranger().email, freshPhone()];
    await created({ email, phone });
    for (const json of [{ email }, { phone }, { email: stranger().email, phone }, { email, phone: freshPhone() }])
      expect(await create(json)).toMatchObject({ status: 409, json: { code: 'customer.identifier_taken' } });
  });

  it('INV-03 is one, however many make him at once', async () => {
    const { email } = stranger();
    const bases = [members.here, members.there];
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => create({ email }, {}, bases[n % 2])));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
  });

  describe('with an Idempotency-Key', () => {
    it('is the same one for the same key and body, from any replica', async () => {
      const headers = { 'idempotency-key': randomUUID() };
      const json = { email: stranger().email };
      const first = await create(json, { headers });
      const again = await create(json, { headers }, members.there);
      expect([first.status, again.status]).toEqual([201, 201]);
      expect(again.text).toBe(first.text);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      expect(again.headers.get('location')).toBe(first.headers.get('location'));
      expect((await create({ ...json, firstName: 'Ada' }, { headers })).status).toBe(422);
    });

    it('is one of ten that come at once', async () => {
      const headers = { 'idempotency-key': randomUUID() };
      const json = { email: stranger().email };
      const answers = await Promise.all(Array.from({ length: 10 }, () => create(json, { headers })));
      const statuses = new Set(answers.map(({ status, json: { code } }) => `${status} ${code ?? ''}`));
      expect([...statuses].filter((status) => !/^(201 |409 request.still_running)$/.test(status))).toEqual([]);
      const ids = new Set(answers.filter(({ status }) => status === 201).map(({ json: { id } }) => id));
      expect(ids.size).toBe(1);
    });

    it('is known by the record when the answer was lost, and the memory of it, too', async () => {
      const headers = { 'idempotency-key': randomUUID() };
      const json = { email: stranger().email };
      const first = await create(json, { headers });
      await house.redis.unlink(await house.redis.keys('foyer:*:once:*'));
      const again = await create(json, { headers });
      expect([again.status, again.json.id]).toEqual([201, first.json.id]);
    });
  });

  it('AC-48 is for administrators alone, whatever the body says; 401 and 403 come before 422', async () => {
    const mia = await members.signUp();
    const clerk = await members.clerk(admin);
    for (const json of [{ email: stranger().email }, { email: 7 }, {}, { roles: ['admin'], customerId: mia.id }]) {
      expect((await create(json, { bearer: mia.bearer })).status).toBe(403);
      expect((await create(json, { bearer: clerk.bearer })).status).toBe(403);
      expect((await send(`${members.here}/v1/customers`, 'POST', { json })).status).toBe(401);
    }
  });

  it('AC-19 AC-44 takes no other field, and no other type', async () => {
    const { email } = stranger();
    for (const field of ['status', 'id', 'roles', 'verifiedBy', 'createdAt', 'version', 'balance', 'passwordHash'])
      expect((await create({ email, [field]: 'x' })).status, field).toBe(422);
    for (const field of ['email', 'phone', 'firstName', 'lastName', 'market', 'locale'])
      for (const value of [7, true, [], ['x'], {}, { x: 1 }])
        expect((await create({ email, [field]: value })).status, `${field} ${JSON.stringify(value)}`).toBe(422);
    for (const attributes of [null, 'x', 7, [], [1]])
      expect((await create({ email, attributes })).status, JSON.stringify(attributes)).toBe(422);
    for (const json of [{}, [], 'x', 7, { email: null, phone: null }])
      expect([400, 422], JSON.stringify(json)).toContain((await create(json)).status);
  });

  it.each(['\\ud800', '\\udfff\\ud800', '\\u0000'])(
    'AC-44 takes no attribute with %s in it, and says where',
    async (half) => {
      const mia = await members.signUp();
      const sent = (method: string, path: string, bearer: string, rest = '') =>
        ['{"a":["%"]}', '{"b":{"%":1}}'].map((attributes) =>
          send(`${members.here}/v1/customers${path}`, method, {
            bearer,
            body: `{${rest}"attributes":${attributes.replace('%', half)}}`,
            headers: { 'content-type': 'application/json' },
          }),
        );
      const replies = await Promise.all([
        ...sent('PATCH', '/me', mia.bearer),
        ...sent('PATCH', `/${mia.id}`, admin),
        ...sent('POST', '', admin, `"email":"${stranger().email}",`),
      ]);
      for (const { status, text, json } of replies) {
        expect(status, text).toBe(422);
        expect(json).toMatchObject({ errors: [{ pointer: '/attributes', code: 'attributes.characters' }] });
      }
    },
  );

  it.each(['__proto__', 'constructor', 'prototype'])('AC-38 takes no key %s, at any depth', async (key) => {
    const { email } = stranger();
    for (const text of [
      `{"email":"${email}","${key}":{"isAdmin":true}}`,
      `{"email":"${email}","attributes":{"${key}":{"isAdmin":true}}}`,
      `{"email":"${email}","attributes":{"a":[{"${key}":1}]}}`,
    ]) {
      const o = { bearer: admin, body: text, headers: { 'content-type': 'application/json' } };
      expect((await send(`${members.here}/v1/customers`, 'POST', o)).status, text).toBe(400);
    }
    expect((await create({ email })).json.attributes).toEqual({});
  });

  describe('and who had begun to register', () => {
    it('cannot come in any more, and the id of the attempt is nobody’s', async () => {
      const person = stranger();
      const ticket = await register(members.here, person);
      const code = await codeOf(house.mails, person, ticket);
      const lost = await customerIdOf(house, ticket);
      const made = await created({ email: person.email });
      expect(made.id).not.toBe(lost);
      for (const base of [members.here, members.there]) expect((await activate(base, person, code)).status).toBe(401);
      await members.call('DELETE', made.id, admin);
      expect((await activate(members.here, person, code)).status).toBe(401);
      expect((await members.call('GET', lost, admin)).status).toBe(404);
      const next = await register(members.here, person);
      expect([lost, made.id]).not.toContain(await customerIdOf(house, next));
      expect((await activate(members.there, person, await codeOf(house.mails, person, next))).status).toBe(200);
    });

    it('RC-16 is made by staff or comes in himself, never both', async () => {
      for (let round = 0; round < 5; round++) {
        const person = stranger();
        const ticket = await register(members.here, person);
        const code = await codeOf(house.mails, person, ticket);
        const [activated, vouched] = await Promise.all([
          activate(members.here, person, code),
          create({ email: person.email }, {}, members.there),
        ]);
        const outcome = `${activated.status} ${vouched.status}`;
        expect(['200 409', '401 201']).toContain(outcome);
      }
    });
  });
});
