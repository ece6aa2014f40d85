import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CustomerResponse,
  type CustomersClient,
  type SignedUpCustomer,
  startCustomersDeployment,
} from '../support/customers-client.js';
import { send } from '../support/http-message.js';
import { freshPhone } from '../support/registration-fixtures.js';
import {
  extractCode,
  type RegistrationResponse,
  randomCredentials,
  register,
  waitForCode,
} from '../support/registration-requests.js';
import { type SmsSink, startSmsSink } from '../support/sms-sink.js';
import type { TestDeployment } from '../support/test-deployment.js';

/** What a UUID shows of how it was made: its version and its variant. */
const kindOf = (id: string): string => id.replace(/[0-9a-f]/g, (digit, at) => (at === 14 || at === 19 ? digit : 'x'));

describe('the id of a registration', () => {
  let deployment: TestDeployment;
  let members: CustomersClient;
  let sms: SmsSink;
  let admin: string;

  beforeAll(async () => {
    sms = await startSmsSink();
    const limits = { LIMIT_LOGINS_PER_SOURCE: 'off', LIMIT_SENDS_PER_SOURCE_MINUTE: 'off' };
    const env = { SMS_API_URL: sms.url, SMS_API_TOKEN: sms.token, ...limits };
    ({ deployment, members, admin } = await startCustomersDeployment(env));
  }, 120_000);
  afterAll(() => Promise.all([deployment?.close(), sms?.stop()]));

  /** What somebody is told who registers this identifier with a password of their own. */
  const idOf = async (
    identifier: { email?: string; phone?: string },
    base = members.firstReplicaUrl,
  ): Promise<string> => (await register(base, { ...identifier, password: randomCredentials().password })).id;
  const created = async (json: object): Promise<CustomerResponse> => {
    const reply = await send<CustomerResponse>(`${members.firstReplicaUrl}/v1/customers`, 'POST', {
      bearer: admin,
      json,
    });
    expect(reply.status, reply.text).toBe(201);
    return reply.json;
  };
  /** Changes the e-mail address of a customer, who has read the code at the new one. */
  const moved = async ({ bearer, person }: SignedUpCustomer, email: string): Promise<void> => {
    const json = { currentPassword: person.password, email };
    expect((await members.callCustomers('POST', 'me/identifiers', bearer, json)).status).toBe(202);
    const isCode = ({ to, subject }: { to: readonly string[]; subject: string }) =>
      to.includes(email) && /\b\d{8}\b/.test(subject);
    const code = extractCode(await deployment.mails.waitFor(isCode, 10_000));
    expect((await members.callCustomers('POST', 'me/identifiers/confirm', bearer, { code })).status).toBe(200);
  };

  it('is not the id of the customer, and the address and the number of one customer have unrelated ones [AC-63]', async () => {
    const { email } = randomCredentials();
    const phone = freshPhone();
    const customer = await created({ email, phone });
    const [byEmail, byPhone] = [await idOf({ email }), await idOf({ phone })];
    expect(new Set([customer.id, byEmail, byPhone]).size).toBe(3);
    expect(await idOf({ email }, members.lastReplicaUrl)).toBe(byEmail);
    expect(await idOf({ phone }, members.lastReplicaUrl)).toBe(byPhone);
  });

  it('looks the same for a new, a pending and a taken identifier [AC-63]', async () => {
    const [fresh, pending, taken] = [randomCredentials(), randomCredentials(), randomCredentials()];
    await register(members.firstReplicaUrl, pending);
    await created({ email: taken.email });
    const ids = await Promise.all([fresh, pending, taken].map(({ email }) => idOf({ email })));
    expect(new Set(ids).size).toBe(3);
    // The variant has two free bits, which are of the identifier, too.
    for (const id of ids) expect(kindOf(id)).toMatch(/^x{8}-x{4}-4xxx-[89ab]xxx-x{12}$/);
  });

  it('stays when staff create, delete, restore and erase the customer [AC-63]', async () => {
    const { email } = randomCredentials();
    const ids = [await idOf({ email })];
    const { id } = await created({ email });
    for (const step of [
      () => members.callCustomers('DELETE', id, admin),
      () => members.callCustomers('POST', `${id}/restore`, admin),
      () => members.callCustomers('DELETE', `${id}?mode=erase`, admin),
      () => created({ email }),
    ]) {
      ids.push(await idOf({ email }));
      await step();
    }
    ids.push(await idOf({ email }));
    expect(new Set(ids).size).toBe(1);
  });

  it('stays with the address when a customer takes another one [AC-63]', async () => {
    const [mia, next] = [await members.createCustomer(), `${randomUUID()}@example.net`];
    const before = [await idOf({ email: mia.person.email }), await idOf({ email: next })];
    await moved(mia, next);
    expect([await idOf({ email: mia.person.email }), await idOf({ email: next })]).toEqual(before);
    expect(before).not.toContain(mia.id);
  });

  it('is the same in every answer before the activation, which alone shows the id of the customer [AC-63]', async () => {
    const person = randomCredentials();
    const basic = [person.email, person.password] as const;
    const call = <T = RegistrationResponse>(path: string, method = 'POST', json?: object) =>
      send<T>(`${members.lastReplicaUrl}/v1/registrations${path}`, method, { basic, ...(json && { json }) });
    const headers = { 'idempotency-key': randomUUID() };
    const keyed = () =>
      send<RegistrationResponse>(`${members.firstReplicaUrl}/v1/registrations`, 'POST', { json: person, headers });
    const [first, replayed] = [await keyed(), await keyed()];
    expect(replayed.headers.get('idempotency-replayed')).toBe('true');
    const ids = [first.json.id, replayed.json.id, (await call('/mine', 'GET')).json.id];
    const code = await waitForCode(deployment.mails, person, first.json);
    const activated = await call<CustomerResponse>('/activate', 'POST', { code });
    expect(activated.status, activated.text).toBe(200);
    const mine = await call<{ id: string; state: string }>('/mine', 'GET');
    expect(mine.json.state).toBe('active');
    ids.push(mine.json.id, await idOf({ email: person.email }));
    expect(new Set(ids).size).toBe(1);
    expect(activated.json.id).not.toBe(ids[0]);
    expect((await members.callCustomers('GET', ids[0] ?? '', admin)).status).toBe(404);
  });

  it('is the same when no attempt is kept, and after the code store forgot everything [AC-63]', async () => {
    const { email } = randomCredentials();
    const ids = [];
    for (let tries = 0; tries < 5; tries++) ids.push(await idOf({ email }));
    await deployment.waitUntilDrained();
    for (const key of await deployment.redis.keys('foyer:*')) await deployment.redis.del(key);
    ids.push(await idOf({ email }), await idOf({ email }, members.lastReplicaUrl));
    expect(new Set(ids).size).toBe(1);
  });

  it('stands in no event: those of the attempt and of the customer are joined by the attempt and the customer [AC-63]', async () => {
    const person = randomCredentials();
    const ticket = await register(members.firstReplicaUrl, person);
    const json = { code: await waitForCode(deployment.mails, person, ticket) };
    const basic = [person.email, person.password] as const;
    const activated = await send<CustomerResponse>(`${members.firstReplicaUrl}/v1/registrations/activate`, 'POST', {
      basic,
      json,
    });
    const { id } = activated.json;
    await deployment.events.waitFor(({ type, subject }) => type === 'customer.created.v1' && subject === id, 10_000);
    const isStart = ({ type, body }: { type: string; body: Readonly<Record<string, unknown>> }) =>
      type === 'registration.started.v1' && body['id'] === ticket.attemptId;
    const started = await deployment.events.waitFor(isStart, 10_000);
    expect(started.body['data']).toMatchObject({ id, attemptId: ticket.attemptId });
    expect(started.subject).toBe(id);
    const told = deployment.events.events.filter(({ body }) => JSON.stringify(body).includes(ticket.id));
    expect(told.map(({ type }) => type)).toEqual([]);
  });
});
