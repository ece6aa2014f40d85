import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crashAt, waitForCrash } from '../../resilience/crash-injection.js';
import {
  type CustomerResponse,
  type CustomersClient,
  freshCpf,
  startCustomersDeployment,
} from '../../support/customers-client.js';
import { ROOT } from '../../support/ensure-built.js';
import { send } from '../../support/http-message.js';
import type { Program } from '../../support/program.js';
import { freshPhone } from '../../support/registration-fixtures.js';
import {
  activate,
  extractCode,
  randomCredentials,
  register,
  waitForCode,
} from '../../support/registration-requests.js';
import type { TestDeployment } from '../../support/test-deployment.js';

interface Checked {
  readonly code: number;
  readonly stdout: string;
}

describe('an erasure, over two replicas', () => {
  let deployment: TestDeployment;
  let members: CustomersClient;
  let admin: string;

  beforeAll(async () => {
    ({ deployment, members, admin } = await startCustomersDeployment({ TRUSTED_SOURCES: '127.0.0.1/32' }));
  }, 120_000);
  afterAll(() => deployment?.close());

  const erase = (id: string, bearer = admin) => members.callCustomers('DELETE', `${id}?mode=erase`, bearer);
  /** `make erase-check`, once everything is built. */
  const check = (id: string, env: Readonly<Record<string, string>> = {}): Promise<Checked> =>
    new Promise((resolve) => {
      const script = path.join(ROOT, 'dist/apps/server/src/erase-check.js');
      const o = { env: { ...deployment.env, ...env }, timeout: 30_000 };
      execFile(process.execPath, [script, id], o, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout: stdout + stderr }),
      );
    });
  /** Somebody with everything that a customer may have. */
  const somebody = async () => {
    const lastName = `Zq${randomUUID().replaceAll('-', '').slice(0, 12)}`;
    const [phone, document] = [freshPhone(), freshCpf()];
    const person = randomCredentials();
    const json = { email: person.email, phone, firstName: 'Mia', lastName, document, attributes: { note: lastName } };
    const { json: made } = await send<CustomerResponse>(`${members.firstReplicaUrl}/v1/customers`, 'POST', {
      bearer: admin,
      json,
    });
    await members.callCustomers('POST', `${made.id}/document/confirm`, admin, {});
    await send(`${members.firstReplicaUrl}/v1/auth/password/forgot`, 'POST', { json: { username: person.email } });
    const code = extractCode(await deployment.mails.waitFor(({ to }) => to.includes(person.email), 10_000));
    await members.logIn(person.email, 'a wrong one');
    const reset = { username: person.email, code, newPassword: person.password };
    expect((await send(`${members.firstReplicaUrl}/v1/auth/password/reset`, 'POST', { json: reset })).status).toBe(204);
    await members.logIn(person.email, 'a wrong one');
    await members.callCustomers('PATCH', made.id, admin, { firstName: 'Mira' });
    const bearer = await members.signInForAccessToken(person);
    const known = { ERASED_EMAIL: person.email, ERASED_PHONE: phone, ERASED_DOCUMENT: document, ERASED_TEXT: lastName };
    return { id: made.id, person, bearer, known };
  };

  it('takes a person out of every table, and the check that finds it before finds nothing behind it', async () => {
    const mia = await somebody();
    await register(members.firstReplicaUrl, mia.person); // a decoy is announced under the id, too
    const before = await check(mia.id, mia.known);
    expect(before.code, before.stdout).toBe(1);
    for (const column of ['customers.email', 'customers.last_name', 'customers.attributes', 'outbox.payload'])
      expect(before.stdout).toContain(`${column}:`);
    for (const table of ['auth_identifiers', 'auth_sessions', 'registration_keys'])
      expect(before.stdout, table).toContain(table);
    for (const value of Object.values(mia.known)) expect(before.stdout).not.toContain(value);

    expect((await erase(mia.id)).status).toBe(204);
    const after = await check(mia.id, mia.known);
    expect(after.stdout).toContain('nothing is left of');
    expect(after.code, after.stdout).toBe(0);
    await deployment.events.waitFor(({ type, subject }) => type === 'customer.erased.v1' && subject === mia.id, 10_000);
    const [told] = deployment.events.events.filter(
      ({ type, subject }) => type === 'customer.erased.v1' && subject === mia.id,
    );
    expect(told?.body['data']).toEqual({ id: mia.id });
  });

  it('takes one who was deleted, and whoever has the address by now stays as he is', async () => {
    const mia = await somebody();
    await members.callCustomers('DELETE', mia.id, admin);
    const heir = { ...randomCredentials(), email: mia.person.email };
    const ticket = await register(members.firstReplicaUrl, heir);
    const activated = await activate(members.firstReplicaUrl, heir, await waitForCode(deployment.mails, heir, ticket));
    expect(activated.status).toBe(200);
    expect((await erase(mia.id)).status).toBe(204);
    expect((await members.logIn(heir.email, heir.password)).status).toBe(200);
    const { id } = activated.json as CustomerResponse;
    expect((await members.callCustomers('GET', id, admin)).json).toMatchObject({ id, email: heir.email });
    const { ERASED_EMAIL: _heirs, ...left } = mia.known;
    const checked = await check(mia.id, left);
    expect(checked.code, checked.stdout).toBe(0);
  });

  it('AC-31 ends every session everywhere, and is final', async () => {
    const mia = await somebody();
    expect((await erase(mia.id)).status).toBe(204);
    for (const base of [members.firstReplicaUrl, members.lastReplicaUrl])
      await expect
        .poll(() => members.callCustomers('GET', 'me', mia.bearer, undefined, { base }).then(({ status }) => status), {
          timeout: 2_000,
        })
        .toBe(401);
    expect((await members.logIn(mia.person.email, mia.person.password)).status).toBe(401);
    for (const [method, below] of [
      ['GET', mia.id],
      ['DELETE', mia.id],
      ['DELETE', `${mia.id}?mode=erase`],
      ['POST', `${mia.id}/restore`],
    ] as const)
      expect((await members.callCustomers(method, below, admin)).status, `${method} ${below}`).toBe(404);
    expect((await members.callCustomers('PATCH', mia.id, admin, { firstName: 'x' })).status).toBe(404);
    const again = await register(members.firstReplicaUrl, mia.person);
    expect(again.id).not.toBe(mia.id);
    expect(
      (await activate(members.lastReplicaUrl, mia.person, await waitForCode(deployment.mails, mia.person, again)))
        .status,
    ).toBe(200);
  });

  it('AC-49 is for administrators, by this very mode, of this very version', async () => {
    const mia = await members.createCustomer();
    const clerk = await members.createStaffMember(admin);
    for (const bearer of [mia.bearer, clerk.bearer]) expect((await erase(mia.id, bearer)).status).toBe(403);
    for (const id of [randomUUID(), 'x']) expect((await erase(id)).status).toBe(404);
    for (const query of ['mode=soft', 'mode=', 'mode=erase&mode=erase', 'other=1'])
      expect((await members.callCustomers('DELETE', `${clerk.id}?${query}`, admin)).status, query).toBe(422);
    const stale = { headers: { 'if-match': `"${clerk.id}.99"` } };
    expect((await members.callCustomers('DELETE', `${clerk.id}?mode=erase`, admin, undefined, stale)).status).toBe(412);
    expect((await members.callCustomers('GET', clerk.id, admin)).status).toBe(200);
  });

  it.each([
    ['a deletion', ''],
    ['an erasure', '?mode=erase'],
  ])(
    'KP-U1 %s whose replica dies between the commit and the word to the others leaves no token good',
    async (_, query) => {
      const mia = await members.createCustomer();
      const dying = deployment.programs[1] as Program;
      await crashAt(dying, 'KP-U1');
      const deleting = members.callCustomers('DELETE', mia.id + query, admin, undefined, {
        base: members.lastReplicaUrl,
      });
      await expect(deleting).rejects.toThrow();
      await waitForCrash(dying);
      const me = (base: string) => send(`${base}/v1/customers/me`, 'GET', { bearer: mia.bearer });
      await expect
        .poll(async () => (await me(members.firstReplicaUrl)).status, { timeout: 1_000, interval: 20 })
        .toBe(401);
      await dying.restart();
      for (const base of [members.firstReplicaUrl, members.lastReplicaUrl]) {
        expect((await me(base)).status).toBe(401);
        const json = { refresh_token: mia.refresh };
        expect((await send(`${base}/v1/auth/refresh`, 'POST', { json })).status).toBe(401);
        expect((await members.logIn(mia.person.email, mia.person.password, base)).status).toBe(401);
      }
      expect((await members.callCustomers('DELETE', mia.id, admin)).status).toBe(404);
    },
  );
});
