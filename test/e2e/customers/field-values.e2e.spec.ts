import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CustomerResponse, CustomersClient, freshCpf, stripPunctuation } from '../../support/customers-client.js';
import type { Reply, RequestOptions } from '../../support/http-message.js';
import { freshPhone } from '../../support/registration-fixtures.js';
import { randomCredentials } from '../../support/registration-requests.js';
import { startDeployment, type TestDeployment } from '../../support/test-deployment.js';

const MOST_BYTES = 4_096;

/** What a customer’s fields may hold: the same on every way in, and on every database. */
describe('a customer', () => {
  let deployment: TestDeployment;
  let members: CustomersClient;
  let admin: string;
  let mia: { readonly id: string; readonly bearer: string };

  beforeAll(async () => {
    deployment = await startDeployment({ roles: ['all'], env: { PUBLIC_URL: 'https://foyer.example' } });
    members = new CustomersClient(deployment);
    admin = await members.createAdministrator();
    mia = await members.createCustomer();
  }, 120_000);
  afterAll(() => deployment?.close());

  const created = (json: object) =>
    members.callCustomers('POST', '', admin, { email: randomCredentials().email, ...json });
  const shown = async (id: string) => (await members.callCustomers('GET', id, admin)).json;
  const patched = (json: object, o: RequestOptions = {}) => members.callCustomers('PATCH', 'me', mia.bearer, json, o);

  const WAYS: Readonly<Record<string, (json: object) => Promise<Reply<CustomerResponse>>>> = {
    created,
    replaced: async (json) => {
      const { firstName, lastName, document, market, locale, status } = await shown(mia.id);
      const whole = { firstName, lastName, document, market, locale, attributes: {}, status, ...json };
      return members.callCustomers('PUT', mia.id, admin, whole);
    },
    patched: (json) => members.callCustomers('PATCH', mia.id, admin, json),
    'patched by himself': (json) => patched(json),
  };
  const each = Object.entries(WAYS);

  it.each(each)('AC-44 %s has names of 1 to 200 code points, whatever they are', async (_, write) => {
    for (const field of ['firstName', 'lastName'])
      for (const one of ['x', 'Ł', 'ß', 'İ', '漢', '😀', '𝔐', 'ﬃ']) {
        for (const name of [one, one.repeat(200)]) {
          const { json, text } = await write({ [field]: name });
          expect(json[field], text).toBe(name);
          expect((await shown(json.id))[field]).toBe(name);
        }
        for (const name of [one.repeat(201), one.repeat(400)])
          expect(await write({ [field]: name }), `${name.length} of ${one}`).toMatchObject({
            status: 422,
            json: { errors: [{ pointer: `/${field}`, code: 'name.length' }] },
          });
      }
  });

  it('is found by a name of 200 code points, and by the beginning of it', async () => {
    for (const one of ['ż', '😀', 'İ', 'ﬃ']) {
      const lastName = `${randomCredentials().email.slice(0, 8)}${one.repeat(192)}`;
      const { id } = (await created({ lastName })).json;
      for (const q of [lastName, lastName.toUpperCase(), [...lastName].slice(0, 20).join('')]) {
        if ([...q].length > 254) continue;
        const { json } = await members.callCustomers('GET', `?q=${encodeURIComponent(q)}`, admin);
        expect([q, (json as unknown as { items: CustomerResponse[] }).items.map((item) => item.id)]).toEqual([q, [id]]);
      }
    }
  });

  it.each(each)('AC-44 %s has attributes of 4 KiB at most, as JSON in UTF-8', async (_, write) => {
    const sized = (bytes: number, one: string) => {
      const rest = bytes - '{"note":""}'.length;
      const size = Buffer.byteLength(one);
      return { note: one.repeat(rest / size) + 'x'.repeat(rest % size) };
    };
    for (const one of ['x', 'é', '漢', '😀']) {
      const most = sized(MOST_BYTES, one);
      expect(Buffer.byteLength(JSON.stringify(most))).toBe(MOST_BYTES);
      const { json, text } = await write({ attributes: most });
      expect(json['attributes'], text).toEqual(most);
      expect((await shown(json.id))['attributes']).toEqual(most);
      for (const attributes of [sized(MOST_BYTES + 1, one), sized(2 * MOST_BYTES, one)])
        expect(await write({ attributes })).toMatchObject({
          status: 422,
          json: { errors: [{ pointer: '/attributes', code: 'attributes.too_large' }] },
        });
    }
  });

  it('has attributes that come back as they were given', async () => {
    const attributes = {
      '😀 key "quoted" \\': '\u0001\n\t\u2028 ’"\\/',
      '': [[], {}, [null, true, false, 0, -1.5, 1e21, 1e-7, Number.MAX_SAFE_INTEGER]],
      '10': { '9': 1, b: { a: 'ÿ', A: 'Y' } },
      text: '2026-03-01T12:00:00Z',
    };
    const { json } = await created({ attributes });
    expect(json['attributes']).toEqual(attributes);
    expect((await shown(json.id))['attributes']).toEqual(attributes);
    expect((await members.callCustomers('GET', json.id, admin)).text).toContain(JSON.stringify(json['attributes']));
  });

  it('takes a merge patch as RFC 7396 says, by either media type', async () => {
    const headers = { 'content-type': 'application/merge-patch+json' };
    await patched({ attributes: null, firstName: 'Mia', lastName: 'Doe' });
    const steps: [patch: object, firstName: string | null, attributes: object][] = [
      [{ attributes: { a: { b: 1, c: [1, 2] }, d: 'x' } }, 'Mia', { a: { b: 1, c: [1, 2] }, d: 'x' }],
      [{ attributes: { a: { b: null, c: [3] }, d: { e: null } } }, 'Mia', { a: { c: [3] }, d: {} }],
      [{ attributes: { a: 'x', none: null } }, 'Mia', { a: 'x', d: {} }],
      [{ firstName: null }, null, { a: 'x', d: {} }],
      [{ attributes: {} }, null, { a: 'x', d: {} }],
      [{ attributes: null }, null, {}],
      [{}, null, {}],
    ];
    for (const [n, [patch, firstName, attributes]] of steps.entries()) {
      const { status, json } = await patched(patch, n % 2 === 0 ? { headers } : {});
      expect([status, json['firstName'], json['lastName']]).toEqual([200, firstName, 'Doe']);
      expect(json['attributes']).toEqual(attributes);
    }
    const { version } = await shown(mia.id);
    expect((await patched({ lastName: 'Doe' })).json.version, 'nothing was changed').toBe(version);
    expect((await patched({}, { headers: { 'content-type': 'text/plain' } })).status).toBe(415);
  });

  it('is found by his number, his confirmed document, his status, and the time he came', async () => {
    const [phone, document] = [freshPhone(), freshCpf()];
    const { json: zoe } = await created({ phone, document });
    const found = async (query: object) => {
      const { json } = await members.callCustomers('GET', `?${new URLSearchParams(Object.entries(query))}`, admin);
      return (json as unknown as { items: CustomerResponse[] }).items.map(({ id }) => id);
    };
    const { createdAt, email } = zoe;
    const before = new Date(Date.parse(String(createdAt)) - 1).toISOString();
    for (const query of [{ phone }, { q: phone }, { q: phone.slice(1, 9), email }, { createdAfter: before, email }])
      expect(await found(query), JSON.stringify(query)).toEqual([zoe.id]);
    expect(await found({ document })).toEqual([]);
    await members.callCustomers('POST', `${zoe.id}/document/confirm`, admin, {});
    for (const spelt of [document, stripPunctuation(document)])
      expect(await found({ document: spelt })).toEqual([zoe.id]);
    expect(await found({ document, status: 'suspended' })).toEqual([]);
    await members.callCustomers('PATCH', zoe.id, admin, { status: 'suspended' });
    expect(await found({ document, status: 'suspended' })).toEqual([zoe.id]);
    expect(await found({ document, status: 'active' })).toEqual([]);
    expect(await found({ status: 'suspended' })).toContain(zoe.id);
    await members.callCustomers('DELETE', zoe.id, admin);
    for (const query of [{ phone }, { document }, { q: phone }]) expect(await found(query)).toEqual([]);
    expect(await found({ q: phone, status: 'deleted' })).toEqual([zoe.id]);
  });
});
