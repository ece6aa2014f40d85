import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CustomerResponse, CustomersClient, type SignedUpCustomer } from '../../support/customers-client.js';
import type { RequestOptions } from '../../support/http-message.js';
import { startDeployment, type TestDeployment } from '../../support/test-deployment.js';

/** What may be changed. */
const WHOLE = {
  firstName: 'Ada',
  lastName: null,
  document: null,
  market: 'BR',
  locale: 'pt-BR',
  attributes: {},
  status: 'active',
};
/** What may not. */
const READ_ONLY = ['id', 'email', 'phone', 'verifiedBy', 'createdAt', 'updatedAt', 'version'];

describe('PUT /v1/customers/{id}, over two replicas', () => {
  let deployment: TestDeployment;
  let members: CustomersClient;
  let admin: string;
  let mia: SignedUpCustomer;

  beforeAll(async () => {
    deployment = await startDeployment({ roles: ['all', 'api'], env: { PUBLIC_URL: 'https://foyer.example' } });
    members = new CustomersClient(deployment);
    admin = await members.createAdministrator();
    mia = await members.createCustomer();
  }, 120_000);
  afterAll(() => deployment?.close());

  const put = (json: object, o: RequestOptions & { base?: string } = {}, id = mia.id) =>
    members.callCustomers('PUT', id, admin, json, o);
  const shown = () => members.callCustomers('GET', mia.id, admin);

  it('takes the place of everything that may be changed', async () => {
    await members.callCustomers('PATCH', mia.id, admin, { lastName: 'Lovelace', attributes: { old: { a: 1 } } });
    const answer = await put({ ...WHOLE, attributes: { fresh: null } });
    expect(answer, answer.text).toMatchObject({ status: 200, json: { ...WHOLE, attributes: { fresh: null } } });
    expect(answer.headers.get('etag')).toBe(`"${mia.id}.${answer.json.version}"`);
    expect((await shown()).text).toBe(answer.text);
  });

  it('takes what was read, as it was read, and changes nothing by it', async () => {
    const { json, text } = await shown();
    expect((await put(json)).text).toBe(text);
  });

  it.each(Object.keys(WHOLE))('refuses a body without %s', async (field) => {
    const { version } = (await shown()).json;
    const { [field]: _left, ...rest } = WHOLE as Record<string, unknown>;
    const { status, json } = await put(rest);
    expect(status).toBe(422);
    expect(json['errors']).toMatchObject([{ pointer: `/${field}` }]);
    expect((await shown()).json.version).toBe(version);
  });

  it.each(READ_ONLY)('AC-19 refuses another %s than there is', async (field) => {
    const { json: before } = await shown();
    for (const value of ['x', 7, null, {}, [], true].filter((value) => value !== before[field])) {
      const { status, json } = await put({ ...WHOLE, firstName: 'changed', [field]: value });
      expect(status, JSON.stringify(value)).toBe(422);
      expect(json['errors']).toMatchObject([{ pointer: `/${field}`, code: 'read_only' }]);
    }
    expect((await shown()).json).toEqual(before);
  });

  it('AC-19 AC-44 refuses unknown fields and other types', async () => {
    for (const field of ['roles', 'balance', 'passwordHash', 'customerId'])
      expect((await put({ ...WHOLE, [field]: 'x' })).status, field).toBe(422);
    for (const field of Object.keys(WHOLE))
      for (const value of [7, true, [], ['x']])
        expect((await put({ ...WHOLE, [field]: value })).status, `${field} ${JSON.stringify(value)}`).toBe(422);
    for (const field of ['market', 'locale', 'attributes', 'status'])
      expect((await put({ ...WHOLE, [field]: null })).status, field).toBe(422);
  });

  it('RC-12 lets one of many who have read the same version write, on whichever replica', async () => {
    const etag = (await shown()).headers.get('etag') ?? '';
    const writes = Array.from({ length: 10 }, (_, n) =>
      put(
        { ...WHOLE, lastName: `writer ${n}` },
        { headers: { 'if-match': etag }, base: n % 2 === 0 ? members.firstReplicaUrl : members.lastReplicaUrl },
      ),
    );
    const answers = await Promise.all(writes);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(412)]);
    const winner = answers.find(({ status }) => status === 200) as { json: CustomerResponse };
    expect((await shown()).json).toEqual(winner.json);
  });

  it('AC-31 ends every session when it suspends', async () => {
    const zoe = await members.createCustomer();
    expect((await put({ ...WHOLE, status: 'suspended' }, {}, zoe.id)).json['status']).toBe('suspended');
    expect((await members.logIn(zoe.person.email, zoe.person.password)).status).toBe(401);
    expect((await put({ ...WHOLE, status: 'active' }, {}, zoe.id)).status).toBe(200);
    expect((await members.logIn(zoe.person.email, zoe.person.password)).status).toBe(200);
  });

  it('AC-49 is for administrators; 403 comes before 422, and 404 for whoever is not there', async () => {
    const clerk = await members.createStaffMember(admin);
    for (const bearer of [mia.bearer, clerk.bearer])
      for (const json of [WHOLE, { firstName: 7 }])
        expect((await members.callCustomers('PUT', mia.id, bearer, json)).status).toBe(403);
    for (const id of [randomUUID(), 'x', mia.id.toUpperCase()]) expect((await put(WHOLE, {}, id)).status).toBe(404);
    const gone = await members.createCustomer();
    await members.callCustomers('DELETE', gone.id, admin);
    expect((await put(WHOLE, {}, gone.id)).status).toBe(404);
  });
});
