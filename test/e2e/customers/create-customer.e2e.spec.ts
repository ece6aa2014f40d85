import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CustomerResponse,
  type CustomersClient,
  startCustomersDeployment,
} from '../../support/customers-client.js';
import { type RequestOptions, send } from '../../support/http-message.js';
import { freshPhone } from '../../support/registration-fixtures.js';
import {
  activate,
  extractCode,
  findReservedCustomerId,
  randomCredentials,
  register,
  waitForCode,
} from '../../support/registration-requests.js';
import type { TestDeployment } from '../../support/test-deployment.js';

describe('a customer whom staff vouch for, over two replicas', () => {
  let deployment: TestDeployment;
  let members: CustomersClient;
  let admin: string;

  beforeAll(async () => {
    ({ deployment, members, admin } = await startCustomersDeployment({ TRUSTED_SOURCES: '127.0.0.1/32' }));
  }, 120_000);
  afterAll(() => deployment?.close());

  const create = (json: unknown, o: RequestOptions = {}, base = members.firstReplicaUrl) =>
    send<CustomerResponse>(`${base}/v1/customers`, 'POST', { bearer: admin, json, ...o });
  const created = async (json: object) => {
    const { status, text, json: made } = await create(json);
    expect(status, text).toBe(201);
    return made;
  };
  const events = (type: string, subject: string) =>
    deployment.events.events.filter((event) => event.type === type && event.subject === subject);

  it('is made with address and number, shown where Location says, and told once', async () => {
    const { email } = randomCredentials();
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
    const shown = await send<CustomerResponse>(`${members.lastReplicaUrl}/v1/customers/${id}`, 'GET', {
      bearer: admin,
    });
    expect(shown.text).toBe(answer.text);
    await deployment.events.waitFor(({ type, subject }) => type === 'customer.created.v1' && subject === id, 10_000);
    expect(events('customer.created.v1', id)).toHaveLength(1);
  });

  it('has no password until a reset sets one, by mail', async () => {
    const { email } = randomCredentials();
    await created({ email });
    expect((await members.logIn(email, '')).status).toBe(422);
    expect((await members.logIn(email, 'no password at all')).status).toBe(401);
    await send(`${members.firstReplicaUrl}/v1/auth/password/forgot`, 'POST', { json: { username: email } });
    const mail = await deployment.mails.waitFor(({ to }) => to.includes(email), 10_000);
    const newPassword = `a password of my own ${randomUUID()}`;
    const json = { username: email, code: extractCode(mail), newPassword };
    expect((await send(`${members.lastReplicaUrl}/v1/auth/password/reset`, 'POST', { json })).status).toBe(204);
    expect((await members.logIn(email, newPassword)).status).toBe(200);
  });

  it('is refused when the address or the number is somebody’s', async () => {
    const [email, phone] = [randomCredentials().email, freshPhone()];
    await created({ email, phone });
    for (const json of [
      { email },
      { phone },
      { email: randomCredentials().email, phone },
      { email, phone: freshPhone() },
    ])
      expect(await create(json)).toMatchObject({ status: 409, json: { code: 'customer.identifier_taken' } });
  });

  it('INV-03 is one, however many make him at once', async () => {
    const { email } = randomCredentials();
    const bases = [members.firstReplicaUrl, members.lastReplicaUrl];
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => create({ email }, {}, bases[n % 2])));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
  });

  describe('with an Idempotency-Key', () => {
    it('is the same one for the same key and body, from any replica', async () => {
      const headers = { 'idempotency-key': randomUUID() };
      const json = { email: randomCredentials().email };
      const first = await create(json, { headers });
      const again = await create(json, { headers }, members.lastReplicaUrl);
      expect([first.status, again.status]).toEqual([201, 201]);
      expect(again.text).toBe(first.text);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      expect(again.headers.get('location')).toBe(first.headers.get('location'));
      expect((await create({ ...json, firstName: 'Ada' }, { headers })).status).toBe(422);
    });

    it('is one of ten that come at once', async () => {
      const headers = { 'idempotency-key': randomUUID() };
      const json = { email: randomCredentials().email };
      const answers = await Promise.all(Array.from({ length: 10 }, () => create(json, { headers })));
      const statuses = new Set(answers.map(({ status, json: { code } }) => `${status} ${code ?? ''}`));
      expect([...statuses].filter((status) => !/^(201 |409 request.still_running)$/.test(status))).toEqual([]);
      const ids = new Set(answers.filter(({ status }) => status === 201).map(({ json: { id } }) => id));
      expect(ids.size).toBe(1);
    });

    it('is known by the record when the answer was lost, and the memory of it, too', async () => {
      const headers = { 'idempotency-key': randomUUID() };
      const json = { email: randomCredentials().email };
      const first = await create(json, { headers });
      await deployment.redis.unlink(await deployment.redis.keys('foyer:*:once:*'));
      const again = await create(json, { headers });
      expect([again.status, again.json.id]).toEqual([201, first.json.id]);
    });
  });

  it('AC-48 is for administrators alone, whatever the body says; 401 and 403 come before 422', async () => {
    const mia = await members.createCustomer();
    const clerk = await members.createStaffMember(admin);
    for (const json of [
      { email: randomCredentials().email },
      { email: 7 },
      {},
      { roles: ['admin'], customerId: mia.id },
    ]) {
      expect((await create(json, { bearer: mia.bearer })).status).toBe(403);
      expect((await create(json, { bearer: clerk.bearer })).status).toBe(403);
      expect((await send(`${members.firstReplicaUrl}/v1/customers`, 'POST', { json })).status).toBe(401);
    }
  });

  it('AC-19 AC-44 takes no other field, and no other type', async () => {
    const { email } = randomCredentials();
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
      const mia = await members.createCustomer();
      const sent = (method: string, path: string, bearer: string, rest = '') =>
        ['{"a":["%"]}', '{"b":{"%":1}}'].map((attributes) =>
          send(`${members.firstReplicaUrl}/v1/customers${path}`, method, {
            bearer,
            body: `{${rest}"attributes":${attributes.replace('%', half)}}`,
            headers: { 'content-type': 'application/json' },
          }),
        );
      const replies = await Promise.all([
        ...sent('PATCH', '/me', mia.bearer),
        ...sent('PATCH', `/${mia.id}`, admin),
        ...sent('POST', '', admin, `"email":"${randomCredentials().email}",`),
      ]);
      for (const { status, text, json } of replies) {
        expect(status, text).toBe(422);
        expect(json).toMatchObject({ errors: [{ pointer: '/attributes', code: 'attributes.characters' }] });
      }
    },
  );

  it.each(['__proto__', 'constructor', 'prototype'])('AC-38 takes no key %s, at any depth', async (key) => {
    const { email } = randomCredentials();
    for (const text of [
      `{"email":"${email}","${key}":{"isAdmin":true}}`,
      `{"email":"${email}","attributes":{"${key}":{"isAdmin":true}}}`,
      `{"email":"${email}","attributes":{"a":[{"${key}":1}]}}`,
    ]) {
      const o = { bearer: admin, body: text, headers: { 'content-type': 'application/json' } };
      expect((await send(`${members.firstReplicaUrl}/v1/customers`, 'POST', o)).status, text).toBe(400);
    }
    expect((await create({ email })).json.attributes).toEqual({});
  });

  describe('and who had begun to register', () => {
    it('cannot come in any more, and the id of the attempt is nobody’s', async () => {
      const person = randomCredentials();
      const ticket = await register(members.firstReplicaUrl, person);
      const code = await waitForCode(deployment.mails, person, ticket);
      const lost = await findReservedCustomerId(deployment, ticket);
      const made = await created({ email: person.email });
      expect(made.id).not.toBe(lost);
      for (const base of [members.firstReplicaUrl, members.lastReplicaUrl])
        expect((await activate(base, person, code)).status).toBe(401);
      await members.callCustomers('DELETE', made.id, admin);
      expect((await activate(members.firstReplicaUrl, person, code)).status).toBe(401);
      expect((await members.callCustomers('GET', lost, admin)).status).toBe(404);
      const next = await register(members.firstReplicaUrl, person);
      expect([lost, made.id]).not.toContain(await findReservedCustomerId(deployment, next));
      expect(
        (await activate(members.lastReplicaUrl, person, await waitForCode(deployment.mails, person, next))).status,
      ).toBe(200);
    });

    it('RC-16 is made by staff or comes in himself, never both', async () => {
      for (let round = 0; round < 5; round++) {
        const person = randomCredentials();
        const ticket = await register(members.firstReplicaUrl, person);
        const code = await waitForCode(deployment.mails, person, ticket);
        const [activated, vouched] = await Promise.all([
          activate(members.firstReplicaUrl, person, code),
          create({ email: person.email }, {}, members.lastReplicaUrl),
        ]);
        const outcome = `${activated.status} ${vouched.status}`;
        expect(['200 409', '401 201']).toContain(outcome);
      }
    });
  });
});
