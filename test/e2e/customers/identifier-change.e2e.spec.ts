import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CustomersClient,
  type SignedUpCustomer,
  startCustomersDeployment,
} from '../../support/customers-client.js';
import { send } from '../../support/http-message.js';
import { race } from '../../support/race.js';
import {
  activate,
  extractCode,
  randomCredentials,
  register,
  waitForCode,
  wrongCodes,
} from '../../support/registration-requests.js';
import { dumpDatabase, dumpRedis, findSecrets } from '../../support/secret-scanner.js';
import { type SmsSink, startSmsSink } from '../../support/sms-sink.js';
import type { TestDeployment } from '../../support/test-deployment.js';

const fresh = () => `${randomUUID()}@example.net`;
const freshNumber = () => `+1415${2_000_000 + Math.floor(Math.random() * 7_000_000)}`;
const EXPIRED = { status: 410, json: { code: 'customer.code_expired' } };

describe('a change of an identifier, over two replicas', () => {
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

  const ask = (who: SignedUpCustomer, json: object, bearer = who.bearer) =>
    members.callCustomers('POST', 'me/identifiers', bearer, { currentPassword: who.person.password, ...json });
  const confirm = (who: SignedUpCustomer, code: string, base = members.lastReplicaUrl, bearer = who.bearer) =>
    members.callCustomers('POST', 'me/identifiers/confirm', bearer, { code }, { base });
  const mailedTo = (email: string) => deployment.mails.waitFor(({ to }) => to.includes(email), 10_000);
  /** Asks, and reads the code at the new address. */
  const askedFor = async (who: SignedUpCustomer, email = fresh()) => {
    const { status, text } = await ask(who, { email });
    expect(status, text).toBe(202);
    return { email, code: extractCode(await mailedTo(email)) };
  };
  const told = (email: string, words: RegExp) =>
    deployment.mails.waitFor(({ to, subject }) => to.includes(email) && words.test(subject), 10_000);
  const canLogIn = async (who: SignedUpCustomer, email: string) =>
    (await members.logIn(email, who.person.password, members.lastReplicaUrl)).status;
  const eventsOf = (id: string) =>
    deployment.events.events.filter(({ subject }) => subject === id).map(({ type }) => type);

  it('AC-50 happens once the new one is proven: old and new owner are told, other sessions end, the id stays', async () => {
    const mia = await members.createCustomer();
    const other = await members.signInForAccessToken(mia.person);
    const { email, code } = await askedFor(mia);
    await told(mia.person.email, /asked for/);
    expect((await members.callCustomers('GET', 'me', mia.bearer)).json.email).toBe(mia.person.email);
    expect([await canLogIn(mia, mia.person.email), await canLogIn(mia, email)]).toEqual([200, 401]);

    const changed = await confirm(mia, code);
    expect(changed, changed.text).toMatchObject({ status: 200, json: { id: mia.id, email, phone: null, version: 3 } });
    expect(changed.headers.get('etag')).toBe(`"${mia.id}.3"`);
    await told(mia.person.email, /was changed/);
    expect([await canLogIn(mia, mia.person.email), await canLogIn(mia, email)]).toEqual([401, 200]);
    await sleep(1_000);
    const sessions = [mia.bearer, other].map((bearer) =>
      members.callCustomers('GET', 'me', bearer, undefined, { base: members.firstReplicaUrl }),
    );
    expect((await Promise.all(sessions)).map(({ status }) => status)).toEqual([200, 401]);
    await deployment.waitUntilDrained();
    expect(
      eventsOf(mia.id)
        .filter((type) => type.startsWith('customer.'))
        .slice(-2),
    ).toEqual(['customer.updated.v1', 'customer.identifier_changed.v1']);
    expect(await confirm(mia, code)).toMatchObject(EXPIRED);
  });

  it('gives a customer a phone number beside his e-mail address, by SMS', async () => {
    const [mia, phone] = [await members.createCustomer(), freshNumber()];
    const asked = await ask(mia, { phone });
    expect(asked).toMatchObject({ status: 202, json: { channel: 'sms', codeLength: 8, codeExpiresIn: 600 } });
    const { text } = await sms.waitFor(({ to }) => to === phone, 10_000);
    expect(await confirm(mia, /\d{8}/.exec(text)?.[0] ?? '')).toMatchObject({
      status: 200,
      json: { email: mia.person.email, phone },
    });
    expect([await canLogIn(mia, mia.person.email), await canLogIn(mia, phone)]).toEqual([200, 200]);
    const eve = await members.createCustomer();
    const { code } = await askedFor(mia);
    expect((await confirm(eve, code)).status).toBe(410);
    expect((await confirm(mia, code)).json).toMatchObject({ phone });
  });

  it('AC-26 one answer whether the new one is free, pending or a customer’s', async () => {
    const [mia, zoe, pending] = [await members.createCustomer(), await members.createCustomer(), randomCredentials()];
    await register(members.firstReplicaUrl, pending);
    const answers = [];
    for (const email of [fresh(), zoe.person.email, pending.email]) {
      const { status, headers, text } = await ask(mia, { email });
      const told = [...headers].filter(([name]) => !['date', 'x-correlation-id', 'content-length'].includes(name));
      answers.push(JSON.stringify([status, told, text.replace(/"destination":"[^"]*"/, '')]));
    }
    expect(new Set(answers).size).toBe(1);
  });

  it('AC-24 of one that is another customer’s is refused once it is proven, and touches nobody', async () => {
    const [mia, zoe] = [await members.createCustomer(), await members.createCustomer()];
    const before = (await members.callCustomers('GET', 'me', mia.bearer)).text;
    const code = await (async () => {
      expect((await ask(mia, { email: zoe.person.email })).status).toBe(202);
      const fits = ({ to, text }: { to: readonly string[]; text: string }) =>
        to.includes(zoe.person.email) && /\b\d{8}\b/.test(text);
      return /\b\d{8}\b/.exec((await deployment.mails.waitFor(fits, 10_000)).text)?.[0] ?? '';
    })();
    expect(await confirm(mia, code)).toMatchObject({ status: 409, json: { code: 'customer.identifier_taken' } });
    expect(await confirm(mia, code)).toMatchObject(EXPIRED);
    expect((await members.callCustomers('GET', 'me', mia.bearer)).text).toBe(before);
    expect([await canLogIn(zoe, zoe.person.email), await canLogIn(mia, mia.person.email)]).toEqual([200, 200]);
    expect((await members.callCustomers('GET', 'me', zoe.bearer)).status).toBe(200);
  });

  it('RC-13 to the same new one by two customers on two replicas: one wins', async () => {
    for (let round = 0; round < 5; round++) {
      const both = [await members.createCustomer(), await members.createCustomer()];
      const email = fresh();
      const codes: string[] = [];
      for (const who of both) {
        expect((await ask(who, { email })).status).toBe(202);
        const found: () => string[] = () =>
          deployment.mails.messages.filter(({ to }) => to.includes(email)).map((mail) => extractCode(mail));
        while (found().length <= codes.length) await sleep(20);
        codes.push(found().at(-1) ?? '');
      }
      const path = '/v1/customers/me/identifiers/confirm';
      const requests = both.map(({ bearer }, n) => ({ method: 'POST', path, bearer, json: { code: codes[n] } }));
      const { replies } = await race(deployment.urls, requests);
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
      const winner = both[replies.findIndex(({ status }) => status === 200)];
      const loser = both[replies.findIndex(({ status }) => status === 409)];
      expect(winner && (await canLogIn(winner, email))).toBe(200);
      expect(loser && (await canLogIn(loser, loser.person.email))).toBe(200);
      const { rows } = await deployment.database.query('select id from customers where email = $1', [email]);
      expect(rows).toEqual([{ id: winner?.id }]);
    }
  });

  it('a right code used twenty times at once over two replicas changes once', async () => {
    const mia = await members.createCustomer();
    const { email, code } = await askedFor(mia);
    const path = '/v1/customers/me/identifiers/confirm';
    const requests = Array.from({ length: 20 }, () => ({ method: 'POST', path, bearer: mia.bearer, json: { code } }));
    const { replies } = await race(deployment.urls, requests);
    const statuses = replies.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => ![200, 409, 410].includes(status))).toEqual([]);
    expect((await members.callCustomers('GET', 'me', mia.bearer)).json).toMatchObject({ email, version: 3 });
  });

  describe.each<[string, (mia: SignedUpCustomer) => Promise<unknown>]>([
    [
      'a reset of the password',
      async ({ person }) => {
        const known = deployment.mails.messages.filter(({ to }) => to.includes(person.email)).length;
        const json = { username: person.email };
        await send(`${members.firstReplicaUrl}/v1/auth/password/forgot`, 'POST', { json });
        const latest = () =>
          deployment.mails.messages.filter(({ to, text }) => to.includes(person.email) && /\b\d{8}\b/.test(text));
        while (
          latest().length === 0 ||
          deployment.mails.messages.filter(({ to }) => to.includes(person.email)).length === known
        )
          await sleep(20);
        const code = extractCode(latest().at(-1) ?? { subject: '', text: '' });
        const typed = { ...json, code, newPassword: person.password };
        const { status, text } = await send(`${members.firstReplicaUrl}/v1/auth/password/reset`, 'POST', {
          json: typed,
        });
        expect(status, text).toBe(204);
      },
    ],
    [
      'a suspension that is taken back',
      async ({ id }) => {
        for (const status of ['suspended', 'active']) await members.callCustomers('PATCH', id, admin, { status });
      },
    ],
    [
      'a deletion that is taken back',
      async ({ id }) => {
        await members.callCustomers('DELETE', id, admin);
        expect((await members.callCustomers('POST', `${id}/restore`, admin)).status).toBe(200);
      },
    ],
    [
      'a sign-out everywhere',
      ({ bearer }) => send(`${members.firstReplicaUrl}/v1/auth/logout`, 'POST', { bearer, json: { scope: 'all' } }),
    ],
  ])('AC-50 %s', (_, happens) => {
    it('cancels it, also for who is signed in again', async () => {
      const mia = await members.createCustomer();
      const { email, code } = await askedFor(mia);
      await told(mia.person.email, /asked for/);
      await happens(mia);
      const bearer = await members.signInForAccessToken(mia.person);
      expect(await confirm(mia, code, members.lastReplicaUrl, bearer)).toMatchObject(EXPIRED);
      expect((await members.callCustomers('GET', 'me', bearer)).json.email).toBe(mia.person.email);
      expect(await canLogIn(mia, email)).toBe(401);
    });
  });

  it('AC-50 a reset code that was sent to the old one is good for nobody', async () => {
    const mia = await members.createCustomer();
    const json = { username: mia.person.email };
    await send(`${members.firstReplicaUrl}/v1/auth/password/forgot`, 'POST', { json });
    const mailed = await deployment.mails.waitFor(
      ({ to, text }) => to.includes(mia.person.email) && /\b\d{8}\b/.test(text),
      10_000,
    );
    const { email, code } = await askedFor(mia);
    expect((await confirm(mia, code)).status).toBe(200);
    for (const username of [mia.person.email, email]) {
      const typed = { username, code: extractCode(mailed), newPassword: 'another horse, another staple' };
      const { status } = await send(`${members.firstReplicaUrl}/v1/auth/password/reset`, 'POST', { json: typed });
      expect([400, 410]).toContain(status);
    }
    expect(await canLogIn(mia, email)).toBe(200);
  });

  it('an id is never handed to another person: whoever registers the old one anew gets another', async () => {
    const mia = await members.createCustomer();
    const { email, code } = await askedFor(mia);
    const early = randomCredentials();
    const before = { email: mia.person.email, password: early.password };
    const old = await register(members.firstReplicaUrl, before);
    const taken = { email, password: early.password };
    const ticket = await register(members.firstReplicaUrl, taken);
    const typed = await waitForCode(deployment.mails, taken, ticket);
    expect((await confirm(mia, code)).status).toBe(200);
    // Attempts of before are dead: of the old one a decoy, of the new one somebody else's.
    expect((await activate(members.firstReplicaUrl, taken, typed)).status).toBe(401);
    const anew = await members.createCustomer({ email: mia.person.email, password: `anew ${randomUUID()}` });
    expect([anew.id === mia.id, anew.id === old.id]).toEqual([false, false]);
    expect((await members.callCustomers('GET', 'me', mia.bearer)).json).toMatchObject({ id: mia.id, email });
    expect((await members.callCustomers('GET', 'me', anew.bearer)).json).toMatchObject({
      id: anew.id,
      email: mia.person.email,
    });
  });

  it('AC-03 three wrong codes burn it, and another request has another code', async () => {
    const mia = await members.createCustomer();
    const { email, code } = await askedFor(mia);
    for (const [n, wrong] of wrongCodes(code, 3).entries())
      expect(await confirm(mia, wrong)).toMatchObject({
        status: 400,
        json: { code: 'customer.code_wrong', attemptsRemaining: 2 - n },
      });
    expect(await confirm(mia, code)).toMatchObject(EXPIRED);
    const again = await askedFor(mia);
    const newer = await askedFor(mia, fresh());
    expect(await confirm(mia, again.code)).toMatchObject({ status: 400 });
    expect((await confirm(mia, newer.code)).json).toMatchObject({ email: newer.email });
    expect(await canLogIn(mia, email)).toBe(401);
  });

  it('7.5.1 wants the password of now, a token of ours, one identifier that is not his, and nothing else', async () => {
    const mia = await members.createCustomer();
    const refused = async (json: object) => (await ask(mia, json)).status;
    expect(await ask(mia, { email: fresh(), currentPassword: 'a wrong one' })).toMatchObject({
      status: 400,
      json: { code: 'auth.password_wrong' },
    });
    const { bearer } = mia;
    const without = await members.callCustomers('POST', 'me/identifiers', bearer, { email: fresh() });
    expect(without.status).toBe(422);
    expect(await refused({})).toBe(422);
    expect(await refused({ email: fresh(), phone: freshNumber() })).toBe(422);
    expect(await refused({ email: mia.person.email.toUpperCase() })).toBe(422);
    expect(await refused({ phone: '+4915112345678' })).toBe(422);
    for (const json of [{ email: 'x' }, { email: null }, { email: 7 }, { customerId: mia.id, email: fresh() }])
      expect(await refused(json), JSON.stringify(json)).toBe(422);
    const path = `${members.firstReplicaUrl}/v1/customers/me/identifiers`;
    for (const below of ['', '/confirm']) expect((await send(path + below, 'POST', { json: 'x' })).status).toBe(401);
    for (const code of ['1234567', 12345678, '1234567a', null]) {
      const { status } = await members.callCustomers('POST', 'me/identifiers/confirm', bearer, { code });
      expect(status).toBe(422);
    }
    for (let n = 0; n < 4; n++) await ask(mia, { email: fresh(), currentPassword: 'a wrong one' });
    expect(await ask(mia, { email: fresh() })).toMatchObject({ status: 429, json: { code: 'auth.too_many_attempts' } });
  });

  it('a customer asks for ten changes a day at most', async () => {
    const mia = await members.createCustomer();
    for (let n = 0; n < 10; n++) expect((await ask(mia, { email: fresh() })).status).toBe(202);
    const refused = await ask(mia, { email: fresh() });
    expect(refused).toMatchObject({ status: 429, json: { code: 'customer.too_many_changes' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('nothing of the unproven one is in a table, a key, an event or a line of a log', async () => {
    const mia = await members.createCustomer();
    const { email, code } = await askedFor(mia);
    await confirm(mia, wrongCodes(code, 1)[0] ?? '');
    await deployment.waitUntilDrained();
    const redis = await dumpRedis(deployment.redis);
    const places = {
      database: await dumpDatabase(deployment.database),
      'Redis keys': redis.keys,
      'Redis values': redis.values,
      events: JSON.stringify(deployment.events.events),
      log: deployment.programs.map((program) => program.output()).join('\n'),
    };
    expect(places.database).toContain(mia.id);
    expect(findSecrets({ email, code }, places)).toEqual([]);
  });
});
