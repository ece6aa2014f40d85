import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAdminCommand } from '../support/admin-command.js';
import { CustomersClient } from '../support/customers-client.js';
import type { Program } from '../support/program.js';
import { type RaceRequest, race } from '../support/race.js';
import { randomCredentials } from '../support/registration-requests.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';

const ROUNDS = 5;

interface Administrator {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  bearer: string;
}

describe('the last administrator', () => {
  let deployment: TestDeployment;
  let members: CustomersClient;
  let mia: Administrator;
  let eve: Administrator;

  beforeAll(async () => {
    const env = { PUBLIC_URL: 'https://foyer.example', LIMIT_LOGINS_PER_SOURCE: 'off' };
    deployment = await startDeployment({ roles: ['all', 'api'], env });
    members = new CustomersClient(deployment);
    [mia, eve] = [await administrator(), await administrator()];
  }, 120_000);
  afterAll(() => deployment?.close());

  /** A customer whom somebody at the machine has appointed. */
  async function administrator(): Promise<Administrator> {
    const { id, person } = await members.createCustomer(randomCredentials());
    const [program] = deployment.programs as [Program];
    expect((await runAdminCommand(program.env, person.email)).code).toBe(0);
    return { id, email: person.email, password: person.password, bearer: await members.signInForAccessToken(person) };
  }
  const signIn = async (one: Administrator): Promise<void> => {
    const { status, json } = await members.logIn(one.email, one.password);
    expect(status).toBe(200);
    one.bearer = json.access_token;
  };
  const mayAdminister = async ({ bearer }: Administrator): Promise<boolean> =>
    (await members.callCustomers('GET', '?status=deleted', bearer)).status === 200;
  const whole = { firstName: null, lastName: null, document: null, market: 'US', locale: 'en', attributes: {} };

  it.each<[string, (one: Administrator) => [method: string, below: string, body?: object]]>([
    ['drop their role', ({ id }) => ['PUT', `${id}/roles`, { roles: ['customer', 'staff'] }]],
    ['suspend themselves', ({ id }) => ['PATCH', id, { status: 'suspended' }]],
    ['suspend themselves in a whole record', ({ id }) => ['PUT', id, { ...whole, status: 'suspended' }]],
    ['delete themselves', () => ['DELETE', 'me']],
    ['delete their record', ({ id }) => ['DELETE', id]],
    ['erase themselves', ({ id }) => ['DELETE', `${id}?mode=erase`]],
  ])('cannot %s: 409, and everything is as it was [AC-73]', async (_, call) => {
    const dropped = await members.callCustomers('PUT', `${eve.id}/roles`, mia.bearer, { roles: ['customer'] });
    expect(dropped.status, dropped.text).toBe(204);
    const before = (await members.callCustomers('GET', mia.id, mia.bearer)).text;
    const [method, below, body] = call(mia);
    const answer = await members.callCustomers(method, below, mia.bearer, body);
    expect([answer.status, answer.json.code]).toEqual([409, 'auth.last_administrator']);
    expect((await members.callCustomers('GET', mia.id, mia.bearer)).text).toBe(before);
    expect(await mayAdminister(mia)).toBe(true);
    const given = await members.callCustomers('PUT', `${eve.id}/roles`, mia.bearer, { roles: ['customer', 'admin'] });
    expect(given.status).toBe(204);
    await signIn(eve);
  });

  it('is not counted twice: a colleague who is suspended, or has no password, is nobody to rely on [AC-73]', async () => {
    const drop = () => members.callCustomers('PUT', `${mia.id}/roles`, mia.bearer, { roles: ['customer'] });
    const put = (status: string) => members.callCustomers('PATCH', eve.id, mia.bearer, { status });
    expect((await put('suspended')).status).toBe(200);
    expect((await drop()).status).toBe(409);
    expect((await put('active')).status).toBe(200);
    await signIn(eve);
    expect((await members.callCustomers('PUT', `${eve.id}/roles`, mia.bearer, { roles: ['customer'] })).status).toBe(
      204,
    );
    const made = await members.callCustomers('POST', '', mia.bearer, { email: randomCredentials().email });
    const given = await members.callCustomers('PUT', `${made.json.id}/roles`, mia.bearer, {
      roles: ['customer', 'admin'],
    });
    expect([given.status, (await drop()).status]).toEqual([204, 409]);
    await members.callCustomers('PUT', `${made.json.id}/roles`, mia.bearer, { roles: ['customer'] });
    await members.callCustomers('PUT', `${eve.id}/roles`, mia.bearer, { roles: ['customer', 'admin'] });
    await signIn(eve);
  });

  it.each<[string, (one: Administrator) => Pick<RaceRequest, 'method' | 'path' | 'json'>, repair: string]>([
    ['drop', ({ id }) => ({ method: 'PUT', path: `${id}/roles`, json: { roles: ['customer'] } }), 'roles'],
    ['suspend', ({ id }) => ({ method: 'PATCH', path: id, json: { status: 'suspended' } }), 'status'],
    ['delete', ({ id }) => ({ method: 'DELETE', path: id }), 'restore'],
  ])('stays when two administrators %s each other at once, over two replicas [AC-73]', async (_, ends, repair) => {
    for (let round = 0; round < ROUNDS; round++) {
      const by = ({ bearer }: Administrator, whom: Administrator): RaceRequest => {
        const { path, ...request } = ends(whom);
        return { ...request, path: `/v1/customers/${path}`, bearer };
      };
      const { replies } = await race(deployment.urls, [by(mia, eve), by(eve, mia)]);
      const statuses = replies.map(({ status }) => status);
      expect(statuses.filter((status) => status < 300)).toHaveLength(1);
      // Who came second was refused, or was no administrator any more.
      expect([401, 403, 409]).toContain(statuses.find((status) => status >= 300));
      const [left, lost] = (statuses[0] ?? 0) < 300 ? [mia, eve] : [eve, mia];
      await signIn(left);
      expect(await mayAdminister(left)).toBe(true);
      if (repair === 'restore') await members.callCustomers('POST', `${lost.id}/restore`, left.bearer);
      if (repair === 'status') await members.callCustomers('PATCH', lost.id, left.bearer, { status: 'active' });
      await members.callCustomers('PUT', `${lost.id}/roles`, left.bearer, { roles: ['customer', 'admin'] });
      await signIn(lost);
      await signIn(left);
    }
  });

  it('can go when make admin has appointed another one [AC-73]', async () => {
    await members.callCustomers('PUT', `${eve.id}/roles`, mia.bearer, { roles: ['customer'] });
    expect((await members.callCustomers('DELETE', 'me', mia.bearer)).status).toBe(409);
    const [program] = deployment.programs as [Program];
    expect((await runAdminCommand(program.env, randomCredentials().email)).code).toBe(0);
    expect((await members.callCustomers('DELETE', 'me', mia.bearer)).status).toBe(204);
  });
});
