import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Reply, send } from '../../support/http-message.js';
import { countOutcomes } from '../../support/invariant-checks.js';
import { race } from '../../support/race.js';
import { extractCode, randomCredentials, register } from '../../support/registration-requests.js';
import {
  type ActiveCustomer,
  callApi,
  createActiveCustomer,
  decodeClaims,
  logIn,
  SIGN_IN_SETTINGS,
  signInForTokens,
  signInRequest,
} from '../../support/session-requests.js';
import { type SmsSink, startSmsSink } from '../../support/sms-sink.js';
import { startDeployment, type TestDeployment } from '../../support/test-deployment.js';

const AT_ONCE = 50;
const HOME_ADDRESS = '203.0.113.7';
/** Where `logIn` and `signIn` come from unless a test says otherwise. */
const OTHER_ADDRESS = '192.0.2.7';

let deployment: TestDeployment;
let sms: SmsSink;
let firstUrl: string;
let secondUrl: string;
beforeAll(async () => {
  sms = await startSmsSink();
  const env = { ...SIGN_IN_SETTINGS, SMS_API_URL: sms.url, SMS_API_TOKEN: sms.token };
  deployment = await startDeployment({ roles: ['all', 'api'], env });
  [firstUrl = '', secondUrl = ''] = deployment.urls;
});
afterAll(() => Promise.all([deployment?.close(), sms?.stop()]));

const statuses = (replies: readonly Reply[]): number[] => replies.map(({ status }) => status);
const signInWithWrongPassword = (who: ActiveCustomer, times: number, from?: string) =>
  Promise.all(
    Array.from({ length: times }, () => callApi(firstUrl, signInRequest(who.email, 'not the password', from))),
  );
/** Whoever has tried a name from this source has to wait so much longer, or shorter. */
const expectedWaits = (source: string, ms: number) =>
  deployment.database.query('update auth_login_tries set wait_until_ms = wait_until_ms + $1 where source = $2', [
    ms,
    source,
  ]);
const auditLines = async (target: string): Promise<string[]> => {
  const sql = 'select action from audit_log where target = $1 order by at, id';
  return (await deployment.database.query<{ action: string }>(sql, [target])).rows.map(({ action }) => action);
};

describe('50 wrong passwords at once', () => {
  it.each([
    ['AC-01 given one replica', 1],
    ['AC-02 given two replicas', 2],
  ])('%s, then five are compared, the right one has to wait as well, and gets in after that', async (_, replicas) => {
    const who = await createActiveCustomer(deployment);
    const { replies } = await race(
      deployment.urls.slice(0, replicas),
      Array(AT_ONCE).fill(signInRequest(who.email, 'wrong')),
    );
    await expectedWaits(OTHER_ADDRESS, 5_000);
    expect(countOutcomes(replies)).toEqual({ '401 auth.invalid_credentials': 5, '429 auth.too_many_attempts': 45 });
    for (const { headers } of replies.filter(({ status }) => status === 429))
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(statuses([await logIn(firstUrl, who), await logIn(secondUrl, who)])).toEqual([429, 429]);
    await expectedWaits(OTHER_ADDRESS, -10_000);
    expect((await logIn(secondUrl, who)).status).toBe(200);
  });

  it('AC-01 ST-11 INV-18 given a name nobody has, then no different, and one line in the audit trail for each', async () => {
    const nobody = randomCredentials();
    const { replies } = await race(deployment.urls, Array(AT_ONCE).fill(signInRequest(nobody.email, 'wrong')));
    expect(countOutcomes(replies)).toEqual({ '401 auth.invalid_credentials': 5, '429 auth.too_many_attempts': 45 });
    const sql =
      "select action, count(*) as n from audit_log where target in (select substr(subject_key, 6) from auth_login_tries where subject_key like 'name:%') group by action";
    expect((await deployment.database.query(sql)).rows).toEqual(
      expect.arrayContaining([
        { action: 'auth.login.refused', n: '5' },
        { action: 'auth.login.limited', n: '45' },
      ]),
    );
  });
});

describe('somebody who wants to keep the owner out', () => {
  it('cannot where they have not tried themselves, however many they are [AC-25]', async () => {
    const who = await createActiveCustomer(deployment);
    const enemies = Array.from({ length: 12 }, (_, n) => `198.51.100.${n + 1}`);
    await Promise.all(enemies.map((from) => signInWithWrongPassword(who, 5, from)));
    for (const from of enemies) await expectedWaits(from, 5_000);
    expect(statuses([await logIn(firstUrl, who, '192.0.2.99'), await logIn(secondUrl, who, HOME_ADDRESS)])).toEqual([
      200, 200,
    ]);
    expect((await logIn(firstUrl, who, enemies[0])).status).toBe(429);
  });

  it('cannot in the name of another place: an IPv6 network is a /64, and what is no address is not believed [AC-25]', async () => {
    const who = await createActiveCustomer(deployment);
    await signInWithWrongPassword(who, 6, '2001:db8:1:3::7');
    await expectedWaits('2001:db8:1:3::/64', 5_000);
    expect((await logIn(firstUrl, who, '2001:DB8:1:2:ffff::9')).status).toBe(200);
    expect((await logIn(firstUrl, who, '2001:DB8:1:3:ffff::9')).status).toBe(429);
    const unbelieved = ['2001:db8:1:2::7, 192.0.2.4', 'unknown', ''];
    for (const from of unbelieved) expect([from, (await logIn(firstUrl, who, from)).status]).toEqual([from, 200]);
  });
});

describe('AC-26 what a sign-in tells', () => {
  it('is the same for whatever is wrong', async () => {
    const [known, suspended, bare] = [
      await createActiveCustomer(deployment),
      await createActiveCustomer(deployment),
      await createActiveCustomer(deployment),
    ];
    const set = (sql: string, { id }: ActiveCustomer) =>
      deployment.database.query(`update auth_subjects set ${sql} where customer_id = $1`, [id]);
    await set("status = 'suspended'", suspended);
    await set('credential = null', bare);
    const pending = randomCredentials();
    await register(firstUrl, pending);
    const tried = [
      signInRequest(known.email, randomCredentials().password),
      signInRequest(randomCredentials().email, known.password),
      signInRequest(suspended.email, suspended.password),
      signInRequest(bare.email, bare.password),
      signInRequest(pending.email, pending.password),
      signInRequest('neither address nor number', known.password),
      signInRequest('+14155550199', known.password),
    ];
    const shapes = new Set<string>();
    for (const request of tried) {
      const { status, headers, json } = await callApi<Record<string, unknown>>(firstUrl, request);
      const volatile = { ...json, traceId: '' };
      const told = [...headers].filter(([name]) => !['date', 'x-correlation-id'].includes(name));
      shapes.add(JSON.stringify([status, volatile, told]));
    }
    expect([...shapes]).toHaveLength(1);
    expect([...shapes][0]).toContain('[401,');
  });
});

describe('a session', () => {
  it('AC-46 is a new one with each sign-in, whatever the caller brings along', async () => {
    const who = await createActiveCustomer(deployment);
    const first = await signInForTokens(firstUrl, who);
    const { sid } = decodeClaims(first.access_token);
    const brought = { bearer: first.access_token, headers: { cookie: `sid=${sid}; session=${first.refresh_token}` } };
    const again = await callApi<typeof first>(secondUrl, { ...signInRequest(who.email, who.password), ...brought });
    const theirs = decodeClaims(again.json.access_token);
    expect([again.status, theirs['sid'] === sid, again.json.refresh_token === first.refresh_token]).toEqual([
      200,
      false,
      false,
    ]);
    for (const field of ['sid', 'sessionId', 'refresh_token', 'scope', 'roles'])
      expect(
        (
          await send(`${firstUrl}/v1/auth/login`, 'POST', {
            json: { username: who.email, password: who.password, [field]: sid },
          })
        ).status,
      ).toBe(422);
    expect((await auditLines(who.id)).filter((action) => action.startsWith('auth.login'))).toEqual([
      'auth.login.succeeded',
      'auth.login.succeeded',
    ]);
  });

  it('AC-23 belongs to an address or a number, never to one that looks like the other', async () => {
    const phone = '+14155550132';
    const byPhone = { phone, password: 'a long enough password by phone' };
    expect((await send(`${firstUrl}/v1/registrations`, 'POST', { json: byPhone })).status).toBe(201);
    const code = extractCode({ subject: '', text: (await sms.waitFor(({ to }) => to === phone)).text });
    const basic = [phone, byPhone.password] as const;
    expect((await send(`${firstUrl}/v1/registrations/activate`, 'POST', { basic, json: { code } })).status).toBe(200);
    const alike = await createActiveCustomer(deployment, {
      email: '14155550132@example.org',
      password: 'a long enough password by mail',
    });
    const subjectOf = async (username: string, password: string) => {
      const { status, json } = await callApi<{ access_token: string }>(firstUrl, signInRequest(username, password));
      return status === 200 ? decodeClaims(json.access_token)['sub'] : status;
    };
    expect(await subjectOf(alike.email, alike.password)).toBe(alike.id);
    expect(await subjectOf('(415) 555-0132', byPhone.password)).not.toBe(alike.id);
    for (const [username, password] of [
      [phone, alike.password],
      [alike.email, byPhone.password],
      ['14155550132', alike.password],
      [`email:${alike.email}`, alike.password],
      [`phone:${phone}`, byPhone.password],
    ] as const)
      expect([username, await subjectOf(username, password)]).toEqual([username, 401]);
  });
});
