import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CustomerResponse, CustomersClient, freshCpf } from '../../support/customers-client.js';
import { type RequestOptions, send } from '../../support/http-message.js';
import { randomCredentials } from '../../support/registration-requests.js';
import { startDeployment, type TestDeployment } from '../../support/test-deployment.js';
import { type AccessCase, CALLERS, type Caller, CUSTOMER_CALLS, OTHERS } from './access-matrix.js';

/** Every call of section 4 of the contract, by everybody. */
describe('a call about customers', () => {
  let deployment: TestDeployment;
  let members: CustomersClient;
  let bearers: Record<Exclude<Caller, 'owner'>, string>;

  beforeAll(async () => {
    const env = { PUBLIC_URL: 'https://foyer.example', LIMIT_LOGINS_PER_SOURCE: 'off' };
    deployment = await startDeployment({ roles: ['all'], env });
    members = new CustomersClient(deployment);
    const admin = await members.createAdministrator();
    const [other, staff] = [(await members.createCustomer()).bearer, (await members.createStaffMember(admin)).bearer];
    bearers = { nobody: '', other, staff, admin };
  }, 120_000);
  afterAll(() => deployment?.close());

  const cases = (calls: readonly AccessCase[]) => calls.map((one) => [one.call, one] as const);
  const answersOf = ({ answers }: AccessCase) =>
    answers.split(' ').map((status, n) => [CALLERS[n] as Caller, Number(status)] as const);
  const allowed = (one: AccessCase) => answersOf(one).filter(([, status]) => status !== 401 && status !== 403);
  const refused = (one: AccessCase) => answersOf(one).filter(([, status]) => status === 401 || status === 403);

  const ask = ({ call, body }: AccessCase, id: string, bearer: string, o: RequestOptions & { query?: string } = {}) => {
    const [method = '', path = ''] = call.replace('{id}', id).split(' ');
    const { query, ...rest } = o;
    const url = `${members.firstReplicaUrl}${path}${query ? (path.includes('?') ? '&' : '?') + query : ''}`;
    return send<CustomerResponse>(url, method, { ...(bearer && { bearer }), ...(body && { json: body() }), ...rest });
  };
  /** One with a document, whom nobody but an administrator has made. */
  const made = async () => {
    const { email } = randomCredentials();
    const { json } = await members.callCustomers('POST', '', bearers.admin, { email, document: freshCpf() });
    return json.id;
  };
  const shown = async (id: string) => (await members.callCustomers('GET', id, bearers.admin)).text;
  const unfitOf = ({
    invalidBodies = [],
    invalidQueries = [],
    body,
  }: AccessCase): (RequestOptions & { query?: string })[] => [
    ...invalidBodies.map((json) => ({ json })),
    ...(invalidBodies.length > 0 ? [{ json: { ...body?.(), customerId: randomUUID() } }] : []),
    ...invalidQueries.map((query) => ({ query })),
  ];

  it.each(cases([...OTHERS, ...CUSTOMER_CALLS]))('AC-49 %s is answered to each as is his right', async (_, one) => {
    const mia = await members.createCustomer();
    await members.callCustomers('PATCH', 'me', mia.bearer, { document: freshCpf() });
    const before = await shown(mia.id);
    for (const [caller, status] of answersOf(one)) {
      const bearer = caller === 'owner' ? mia.bearer : bearers[caller];
      const answer = await ask(one, mia.id, bearer);
      expect([caller, answer.status], answer.text).toEqual([caller, status]);
      if (status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
      if (status === 401 || status === 403) expect(await shown(mia.id), caller).toBe(before);
    }
  });

  it.each(cases([...OTHERS, ...CUSTOMER_CALLS].filter((one) => unfitOf(one).length > 0)))(
    'AC-19 %s refuses what is unfit, after 401 and 403, and nothing changes',
    async (_, one) => {
      const mia = await members.createCustomer();
      const before = await shown(mia.id);
      for (const o of unfitOf(one))
        for (const [caller, answer] of answersOf(one)) {
          const { status, text } = await ask(one, mia.id, caller === 'owner' ? mia.bearer : bearers[caller], o);
          const expected = answer === 401 || answer === 403 ? answer : 422;
          expect([caller, o, status], text).toEqual([caller, o, expected]);
        }
      expect(await shown(mia.id)).toBe(before);
    },
  );

  it.each(cases(CUSTOMER_CALLS))('AC-49 %s finds nobody who is unknown, malformed or deleted', async (_, one) => {
    const gone = await made();
    expect((await members.callCustomers('DELETE', gone, bearers.admin)).status).toBe(204);
    const nobody = [randomUUID(), 'x', gone.toUpperCase(), gone.replaceAll('-', ''), `${gone}0`, '%00', '..%2fme'];
    for (const [caller, status] of refused(one).filter(([caller]) => caller !== 'owner'))
      for (const id of [...nobody, gone])
        expect([caller, id, (await ask(one, id, bearers[caller as 'other'])).status]).toEqual([caller, id, status]);
    for (const [caller] of allowed(one).filter(([caller]) => caller !== 'owner')) {
      for (const id of nobody)
        expect([caller, id, (await ask(one, id, bearers[caller as 'other'])).status]).toEqual([caller, id, 404]);
      const { status } = await ask(one, gone, bearers[caller as 'other']);
      expect([caller, 'deleted', status]).toEqual([caller, 'deleted', one.statusWhenDeleted ?? 404]);
    }
  });

  it.each(cases([...OTHERS, ...CUSTOMER_CALLS].filter(({ takesIfMatch }) => takesIfMatch)))(
    'RC-12 %s by a version that was is 412, and by this one it is done',
    async (_, one) => {
      const mia = await members.createCustomer();
      const etag =
        (await members.callCustomers('PATCH', 'me', mia.bearer, { document: freshCpf() })).headers.get('etag') ?? '';
      const before = await shown(mia.id);
      const bearer = one.call.includes('/me') ? mia.bearer : bearers.admin;
      const by = (tag: string) => ask(one, mia.id, bearer, { headers: { 'if-match': tag } });
      for (const stale of [`"${mia.id}.1"`, `"${randomUUID()}.2"`, `W/${etag}`, '"x"', 'x'])
        expect(await by(stale), stale).toMatchObject({ status: 412, json: { code: 'customer.changed' } });
      expect(await shown(mia.id)).toBe(before);
      expect((await by(`"x", ${etag}`)).status).toBeLessThan(300);
    },
  );

  it('DELETE /v1/customers/me is everybody’s right, staff’s and administrators’, too, and theirs alone', async () => {
    const remove = (bearer: string, o: RequestOptions = {}) =>
      send<CustomerResponse>(`${members.firstReplicaUrl}/v1/customers/me`, 'DELETE', {
        ...(bearer && { bearer }),
        ...o,
      });
    expect((await remove('', { json: { mode: 'erase' } })).status).toBe(401);
    const mia = await members.createCustomer();
    const admins = await members.createCustomer();
    await members.callCustomers('PUT', `${admins.id}/roles`, bearers.admin, { roles: ['customer', 'admin'] });
    const staff = await members.createStaffMember(bearers.admin);
    for (const { id, bearer } of [
      mia,
      staff,
      { ...admins, bearer: await members.signInForAccessToken(admins.person) },
    ]) {
      expect((await remove(bearer, { json: { mode: 'erase' } })).status).toBe(422);
      expect((await members.callCustomers('GET', id, bearers.admin)).status).toBe(200);
      expect([(await remove(bearer)).status, (await remove(bearer)).status]).toEqual([204, 401]);
      expect((await members.callCustomers('GET', id, bearers.admin)).status).toBe(404);
    }
  });

  it.each(['GET /v1/customers/{id}', 'GET /v1/customers/me'])(
    '%s answers 304 to those who know this version, and nobody else',
    async (call) => {
      const mia = await members.createCustomer();
      const callers = call.endsWith('me') ? [mia.bearer] : [mia.bearer, bearers.staff, bearers.admin];
      for (const bearer of callers) {
        const get = (tag: string) => ask({ call, answers: '' }, mia.id, bearer, { headers: { 'if-none-match': tag } });
        const { etag = '' } = Object.fromEntries((await ask({ call, answers: '' }, mia.id, bearer)).headers);
        expect(etag).toMatch(/^"[^"]+"$/);
        for (const tag of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
          const known = await get(tag);
          expect([tag, known.status, known.text, known.headers.get('etag')]).toEqual([tag, 304, '', etag]);
        }
        for (const tag of ['"x"', `"${mia.id}.0"`, `"${mia.id}.2"`, etag.replaceAll('"', '')])
          expect([tag, (await get(tag)).status]).toEqual([tag, 200]);
      }
      const { etag = '' } = Object.fromEntries((await members.callCustomers('GET', 'me', mia.bearer)).headers);
      await members.callCustomers('PATCH', 'me', mia.bearer, { firstName: 'Mia' });
      const headers = { 'if-none-match': etag };
      expect((await ask({ call, answers: '' }, mia.id, mia.bearer, { headers })).status).toBe(200);
      const gone = await ask({ call: 'GET /v1/customers/{id}', answers: '' }, randomUUID(), bearers.admin, { headers });
      expect(gone.status).toBe(404);
      const other = await ask({ call: 'GET /v1/customers/{id}', answers: '' }, mia.id, bearers.other, {
        headers: { 'if-none-match': '*' },
      });
      expect(other.status, 'nobody learns who is there').toBe(404);
    },
  );
});
