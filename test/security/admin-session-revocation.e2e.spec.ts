import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeClaims } from '../support/admin-command.js';
import {
  type CustomersClient,
  freshCpf,
  type SignedUpCustomer,
  startCustomersDeployment,
} from '../support/customers-client.js';
import { send } from '../support/http-message.js';
import { listSessions, refreshTokens } from '../support/session-requests.js';
import type { TestDeployment } from '../support/test-deployment.js';

const WITHIN = { timeout: 1_000, interval: 20 };

describe('an administrator who ends the sessions of a customer, over two replicas', () => {
  let deployment: TestDeployment;
  let members: CustomersClient;
  let admin: string;
  beforeAll(async () => {
    ({ deployment, members, admin } = await startCustomersDeployment({ LIMIT_LOGINS_PER_SOURCE: 'off' }));
  }, 120_000);
  afterAll(() => deployment?.close());

  const end = (id: string, bearer: string, base = members.firstReplicaUrl) =>
    members.callCustomers('DELETE', `${id}/sessions`, bearer, undefined, { base });
  const isTaken = async (bearer: string, base: string) => (await listSessions(base, bearer)).status;
  const second = async ({ person }: SignedUpCustomer) =>
    (await members.logIn(person.email, person.password, members.lastReplicaUrl)).json;
  const adminId = () => String(decodeClaims(admin)['sub']);

  it('ends all of them on every replica within a second, and the next sign-in is good [AC-79]', async () => {
    const mia = await members.createCustomer();
    const other = await second(mia);
    expect((await end(mia.id, admin)).status).toBe(204);
    for (const base of deployment.urls)
      for (const bearer of [mia.bearer, other.access_token])
        await expect.poll(() => isTaken(bearer, base), WITHIN).toBe(401);
    for (const token of [mia.refresh, other.refresh_token])
      expect((await refreshTokens(members.lastReplicaUrl, token)).status).toBe(401);
    expect(await isTaken(await members.signInForAccessToken(mia.person), members.lastReplicaUrl)).toBe(200);
    expect(
      (await members.callCustomers('GET', 'me', await members.signInForAccessToken(mia.person))).json,
    ).toMatchObject({
      status: 'active',
      version: 1,
    });
  });

  it('may do it again, and to somebody who is suspended [AC-79]', async () => {
    const mia = await members.createCustomer();
    expect([(await end(mia.id, admin)).status, (await end(mia.id, admin)).status]).toEqual([204, 204]);
    expect((await members.callCustomers('PATCH', mia.id, admin, { status: 'suspended' })).status).toBe(200);
    expect((await end(mia.id, admin)).status).toBe(204);
  });

  it('is the only one who may, and finds nobody who is not there [AC-79]', async () => {
    const [mia, eve, clerk] = [
      await members.createCustomer(),
      await members.createCustomer(),
      await members.createStaffMember(admin),
    ];
    for (const bearer of [eve.bearer, clerk.bearer, mia.bearer])
      expect((await end(mia.id, bearer)).json.code).toBe('auth.forbidden');
    expect((await send(`${members.firstReplicaUrl}/v1/customers/${mia.id}/sessions`, 'DELETE')).status).toBe(401);
    for (const id of [randomUUID(), 'x', 'me']) expect([id, (await end(id, admin)).status]).toEqual([id, 404]);
    const gone = await members.createCustomer();
    expect((await members.callCustomers('DELETE', gone.id, admin)).status).toBe(204);
    expect((await end(gone.id, admin)).status).toBe(404);
    const body = { sid: randomUUID() };
    expect((await members.callCustomers('DELETE', `${mia.id}/sessions`, admin, body)).status).toBe(422);
    expect((await members.callCustomers('DELETE', `${mia.id}/sessions?sid=x`, admin)).status).toBe(422);
    expect(await isTaken(mia.bearer, members.lastReplicaUrl)).toBe(200);
  });

  it('is named in the audit trail, with the source, and others hear of the generation [AC-79]', async () => {
    const mia = await members.createCustomer();
    await members.callCustomers('PATCH', 'me', mia.bearer, { document: freshCpf() });
    const { id } = mia;
    expect((await end(id, admin)).status).toBe(204);
    const { rows } = await deployment.database.query(
      "select actor, target, source from audit_log where target = $1 and action = 'auth.sessions.ended'",
      [id],
    );
    expect(rows).toEqual([{ actor: adminId(), target: id, source: expect.stringMatching(/^127\./) }]);
    await deployment.waitUntilDrained();
    const revoked = deployment.events.events.filter(
      ({ subject, type }) => subject === id && type === 'auth.session_revoked.v1',
    );
    expect(revoked.map(({ body }) => body['data'])).toEqual([
      { customerId: id, sid: null, kept: null, generation: 1, expiresAt: expect.any(String) },
    ]);
  });

  it('leaves word for the customer, which says that it was not the customer [AC-79]', async () => {
    const mia = await members.createCustomer();
    expect((await end(mia.id, admin)).status).toBe(204);
    const mail = await deployment.mails.waitFor(
      ({ to, text }) => to.includes(mia.person.email) && text.includes('signed out on every device'),
      10_000,
    );
    expect(mail.text).toContain('Somebody who runs this service');
    expect(mail.text).not.toContain(adminId());
  });
});
