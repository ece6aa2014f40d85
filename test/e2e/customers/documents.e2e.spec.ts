import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CustomersClient,
  freshCpf,
  type SignedUpCustomer,
  startCustomersDeployment,
  stripPunctuation,
} from '../../support/customers-client.js';
import { send } from '../../support/http-message.js';
import { race } from '../../support/race.js';
import { dumpDatabase, dumpRedis, findSecrets } from '../../support/secret-scanner.js';
import type { TestDeployment } from '../../support/test-deployment.js';

describe('documents, over two replicas', () => {
  let deployment: TestDeployment;
  let members: CustomersClient;
  let admin: string;
  let clerk: SignedUpCustomer;

  beforeAll(async () => {
    ({ deployment, members, admin } = await startCustomersDeployment({ LIMIT_LOGINS_PER_SOURCE: 'off' }));
    clerk = await members.createStaffMember(admin);
  }, 120_000);
  afterAll(() => deployment?.close());

  const give = (who: SignedUpCustomer, document: unknown) =>
    members.callCustomers('PATCH', 'me', who.bearer, { document });
  const confirm = (id: string, json: object = {}, bearer = clerk.bearer) =>
    members.callCustomers('POST', `${id}/document/confirm`, bearer, json);
  /** Somebody whose document is confirmed. */
  const known = async (cpf = freshCpf()): Promise<SignedUpCustomer & { readonly cpf: string }> => {
    const member = await members.createCustomer();
    expect((await give(member, cpf)).status).toBe(200);
    expect((await confirm(member.id)).status).toBe(200);
    return { ...member, cpf };
  };

  it('given bare or punctuated is one number, in full for its owner and administrators, masked for staff', async () => {
    const [mia, cpf] = [await members.createCustomer(), freshCpf()];
    const etag = (await give(mia, stripPunctuation(cpf))).headers.get('etag');
    const again = await give(mia, cpf);
    expect([again.json.document, again.headers.get('etag')]).toEqual([cpf, etag]);
    const masked = `***${cpf.slice(3, 12)}**`;
    const seen = [
      await members.callCustomers('GET', 'me', mia.bearer),
      await members.callCustomers('GET', mia.id, mia.bearer),
    ];
    seen.push(
      await members.callCustomers('GET', mia.id, admin),
      await members.callCustomers('GET', mia.id, clerk.bearer),
    );
    seen.push(await members.callCustomers('PATCH', mia.id, clerk.bearer, { lastName: 'Doe' }), await confirm(mia.id));
    expect(seen.map(({ json }) => json.document)).toEqual([cpf, cpf, cpf, masked, masked, masked]);
    const listed = async (bearer: string) => {
      const path = `${members.firstReplicaUrl}/v1/customers?email=${mia.person.email}`;
      return (await send<{ items: readonly { document: string }[] }>(path, 'GET', { bearer })).json.items;
    };
    expect([await listed(clerk.bearer), await listed(admin)]).toMatchObject([
      [{ document: masked }],
      [{ document: cpf }],
    ]);
    const whole = await members.callCustomers('GET', mia.id, admin);
    expect((await members.callCustomers('PUT', mia.id, admin, whole.json)).text).toBe(whole.text);
    expect((await give(mia, null)).json.document).toBeNull();
  });

  it.each(['529.982.247-24', '11111111111', '***.982.247-**', '', 'x', 52998224725, [], {}, true])(
    'AC-19 %j is no document: 422',
    async (document) => {
      const mia = await members.createCustomer();
      const { status, text } = await give(mia, document);
      expect(status, text).toBe(422);
      expect(text).toContain('/document');
      expect((await confirm(mia.id, { document })).status).toBe(422);
    },
  );

  it('is a claim until it is confirmed: two may make it, and neither signs in with it', async () => {
    const [mia, zoe, cpf] = [await members.createCustomer(), await members.createCustomer(), freshCpf()];
    expect([(await give(mia, cpf)).status, (await give(zoe, cpf)).status]).toEqual([200, 200]);
    for (const { person } of [mia, zoe]) expect((await members.logIn(cpf, person.password)).status).toBe(401);
    expect((await confirm(mia.id, { document: stripPunctuation(cpf) })).status).toBe(200);
    const refused = await confirm(zoe.id);
    expect(refused).toMatchObject({ status: 409, json: { code: 'customer.document_taken' } });
    const doors = [members.firstReplicaUrl, members.lastReplicaUrl];
    for (const base of doors)
      for (const name of [cpf, stripPunctuation(cpf)]) {
        expect((await members.logIn(name, mia.person.password, base)).status).toBe(200);
        expect((await members.logIn(name, zoe.person.password, base)).status).toBe(401);
      }
  });

  it('given at the creation by staff is a claim, too', async () => {
    const [cpf, email] = [freshCpf(), `${randomUUID()}@example.org`];
    const made = await members.callCustomers('POST', '', admin, { email, document: stripPunctuation(cpf) });
    expect([made.status, made.json.document]).toEqual([201, cpf]);
    expect((await confirm(made.json.id, { document: cpf })).status).toBe(200);
    expect((await members.callCustomers('POST', '', admin, { email: `x${email}`, document: '1' })).status).toBe(422);
  });

  it('INV-03 confirmed for eight customers at once over two replicas is one customer’s', async () => {
    const cpf = freshCpf();
    const claiming = await Promise.all(Array.from({ length: 8 }, () => members.createCustomer()));
    for (const each of claiming) await give(each, cpf);
    const requests = claiming.map(({ id }) => {
      return { method: 'POST', path: `/v1/customers/${id}/document/confirm`, bearer: clerk.bearer, json: {} };
    });
    const { replies } = await race(deployment.urls, requests);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 7 }, () => 409)]);
    const winner = replies.findIndex(({ status }) => status === 200);
    const [first, second] = [claiming[winner], claiming[(winner + 1) % claiming.length]];
    expect((await members.logIn(cpf, first?.person.password ?? '')).status).toBe(200);
    expect((await members.logIn(cpf, second?.person.password ?? '')).status).toBe(401);
  });

  it('counts wrong passwords at it however it is spelt, and apart from those at other names [AC-65]', async () => {
    const mia = await known();
    for (const name of [mia.cpf, stripPunctuation(mia.cpf), mia.cpf, stripPunctuation(mia.cpf), mia.cpf])
      expect((await members.logIn(name, 'a wrong password')).status).toBe(401);
    for (const name of [mia.cpf, stripPunctuation(mia.cpf)])
      expect((await members.logIn(name, 'a wrong password')).status).toBe(429);
    expect((await members.logIn(mia.person.email, 'a wrong password')).status).toBe(401);
    const nobody = freshCpf();
    for (let n = 0; n < 5; n++) expect((await members.logIn(nobody, 'a wrong password')).status).toBe(401);
    expect((await members.logIn(stripPunctuation(nobody), 'a wrong password')).status).toBe(429);
  });

  it('changed after it was confirmed is a claim again, and free for its owner', async () => {
    const [mia, zoe] = [await known(), await members.createCustomer()];
    expect((await give(mia, freshCpf())).status).toBe(200);
    expect((await members.logIn(mia.cpf, mia.person.password)).status).toBe(401);
    await give(zoe, mia.cpf);
    expect((await confirm(zoe.id)).status).toBe(200);
    expect((await members.logIn(mia.cpf, zoe.person.password)).status).toBe(200);
    expect((await members.logIn(mia.person.email, mia.person.password)).status).toBe(200);
  });

  it('of a customer who is deleted is free; after a restore it is a claim', async () => {
    const [mia, zoe] = [await known(), await members.createCustomer()];
    expect((await members.callCustomers('DELETE', mia.id, admin)).status).toBe(204);
    expect((await members.logIn(mia.cpf, mia.person.password)).status).toBe(401);
    await give(zoe, mia.cpf);
    expect((await confirm(zoe.id)).status).toBe(200);
    expect(await members.callCustomers('POST', `${mia.id}/restore`, admin)).toMatchObject({
      json: { document: mia.cpf },
    });
    expect((await members.logIn(mia.cpf, mia.person.password)).status).toBe(401);
    expect((await confirm(mia.id)).status).toBe(409);
  });

  it('AC-49 is confirmed by staff and administrators, for somebody who is there, as it was read', async () => {
    const [mia, cpf] = [await members.createCustomer(), freshCpf()];
    expect(await confirm(mia.id)).toMatchObject({ status: 409, json: { code: 'customer.document_missing' } });
    await give(mia, cpf);
    expect((await confirm(mia.id, {}, mia.bearer)).status).toBe(403);
    expect((await confirm(mia.id, { document: 'x', by: 'him' }, mia.bearer)).status).toBe(403);
    expect(
      (await send(`${members.firstReplicaUrl}/v1/customers/${mia.id}/document/confirm`, 'POST', { json: 'x' })).status,
    ).toBe(401);
    for (const id of [randomUUID(), 'x', mia.id.toUpperCase()]) expect((await confirm(id)).status, id).toBe(404);
    expect((await confirm(mia.id, { document: cpf, by: 'me' })).status).toBe(422);
    expect(await confirm(mia.id, { document: freshCpf() })).toMatchObject({
      status: 409,
      json: { code: 'customer.document_differs' },
    });
    const stale = { headers: { 'if-match': `"${mia.id}.1"` } };
    expect((await members.callCustomers('POST', `${mia.id}/document/confirm`, clerk.bearer, {}, stale)).status).toBe(
      412,
    );
    expect((await confirm(mia.id, {}, admin)).status).toBe(200);
    expect((await members.callCustomers('POST', `${mia.id}/document/confirm`, clerk.bearer)).status).toBe(200);
    expect((await members.callCustomers('GET', 'me', mia.bearer)).json.version).toBe(3);
  });

  it('is in no table, no key, no event and no line of a log', async () => {
    const mia = await known();
    await members.logIn(mia.cpf, 'a wrong password');
    await members.logIn(stripPunctuation(mia.cpf), mia.person.password);
    await members.callCustomers('PATCH', 'me', mia.bearer, { document: mia.cpf, firstName: 'Mia' });
    await members.callCustomers('POST', `${mia.id}/document/confirm`, clerk.bearer, { document: freshCpf() });
    await deployment.waitUntilDrained();
    const redis = await dumpRedis(deployment.redis);
    const places = {
      database: await dumpDatabase(deployment.database),
      'Redis keys': redis.keys,
      'Redis values': redis.values,
      events: JSON.stringify(deployment.events.events.filter(({ subject }) => subject === mia.id)),
      log: deployment.programs.map((program) => program.output()).join('\n'),
    };
    expect(Object.values(places).every((text) => text.length > 0)).toBe(true);
    expect(places.database).toContain(mia.id);
    expect(findSecrets({ punctuated: mia.cpf, bare: stripPunctuation(mia.cpf) }, places)).toEqual([]);
  });
});
