import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { send } from '../../support/http-message.js';
import { countOutcomes } from '../../support/invariant-checks.js';
import { race } from '../../support/race.js';
import {
  type ActiveCustomer,
  createActiveCustomer,
  decodeClaims,
  listSessions,
  logOut,
  refreshRequest,
  refreshTokens,
  SIGN_IN_SETTINGS,
  signInForTokens,
  signOutRequest,
  type TokenResponse,
} from '../../support/session-requests.js';
import { startDeployment, type TestDeployment } from '../../support/test-deployment.js';
import { ageSessions, checkRandomSessionSequences, findOutOfOrderEvents } from './session-sequences.js';

const REFUSED = { '401 auth.invalid_credentials': 1 };
const WITHIN = { timeout: 1_000, interval: 20 };

let deployment: TestDeployment;
let firstUrl: string;
let secondUrl: string;
let mia: ActiveCustomer;
let tokens: TokenResponse;
beforeAll(async () => {
  deployment = await startDeployment({ roles: ['all', 'all'], broker: true, env: SIGN_IN_SETTINGS });
  [firstUrl = '', secondUrl = ''] = deployment.urls;
  mia = await createActiveCustomer(deployment);
});
afterAll(() => deployment?.close());
beforeEach(async () => {
  tokens = await signInForTokens(firstUrl, mia);
});

const sidOf = ({ access_token }: TokenResponse): string => String(decodeClaims(access_token)['sid']);
const refusedBy =
  (url: string, { access_token }: TokenResponse) =>
  async () =>
    (await listSessions(url, access_token)).status;
/** Neither replica takes anything of it any more. */
async function expectSessionsEnded(all: readonly TokenResponse[]): Promise<void> {
  for (const each of all)
    for (const url of deployment.urls) {
      await expect.poll(refusedBy(url, each), WITHIN).toBe(401);
      expect(countOutcomes([await refreshTokens(url, each.refresh_token)])).toEqual(REFUSED);
    }
}
async function expectSessionAlive({ access_token, refresh_token }: TokenResponse): Promise<TokenResponse> {
  for (const url of deployment.urls) expect((await listSessions(url, access_token)).status).toBe(200);
  const { status, json } = await refreshTokens(secondUrl, refresh_token);
  expect(status).toBe(200);
  return json;
}
const auditLines = async (since: Date): Promise<string[]> => {
  const sql = 'select action from audit_log where target = $1 and at >= $2 order by at, id';
  return (await deployment.database.query<{ action: string }>(sql, [mia.id, since])).rows.map(({ action }) => action);
};

describe('a refresh token', () => {
  it.each([2, 10, 50])(
    'AC-15 RC-05 given %i exchanges of one at once, then one child for all, and it is good',
    async (n) => {
      const since = new Date();
      const { replies } = await race(deployment.urls, Array(n).fill(refreshRequest(tokens.refresh_token)));
      expect(countOutcomes(replies)).toEqual({ '200': n });
      const children = new Set(replies.map(({ json }) => (json as TokenResponse).refresh_token));
      expect([children.size, children.has(tokens.refresh_token)]).toEqual([1, false]);
      const turns = await deployment.database.query('select turn from auth_sessions where id = $1', [sidOf(tokens)]);
      expect(turns.rows).toEqual([{ turn: 1 }]);
      expect((await auditLines(since)).toSorted()).toEqual(['auth.refresh.repeated', 'auth.refresh.succeeded']);
      await expectSessionAlive(replies[0]?.json as TokenResponse);
    },
  );

  it('given a lost answer, then the same child from another replica; after ten seconds, or its use, the family ends', async () => {
    const child = (await refreshTokens(firstUrl, tokens.refresh_token)).json;
    expect((await refreshTokens(secondUrl, tokens.refresh_token)).json.refresh_token).toBe(child.refresh_token);
    await ageSessions(deployment, mia, 11_000);
    expect(countOutcomes([await refreshTokens(secondUrl, tokens.refresh_token)])).toEqual(REFUSED);
    await expectSessionsEnded([tokens, child]);
  });

  it('AC-14 INV-05 given one that was used two turns ago, then the family ends everywhere, and no other one', async () => {
    const [elsewhere, since] = [await signInForTokens(secondUrl, mia), new Date()];
    const child = (await refreshTokens(firstUrl, tokens.refresh_token)).json;
    const grandchild = (await refreshTokens(secondUrl, child.refresh_token)).json;
    const { replies } = await race(deployment.urls, Array(10).fill(refreshRequest(tokens.refresh_token)));
    expect(countOutcomes(replies)).toEqual({ '401 auth.invalid_credentials': 10 });
    expect((await auditLines(since)).filter((action) => action === 'auth.refresh.reused')).toHaveLength(1);
    await expectSessionsEnded([tokens, child, grandchild]);
    await expectSessionAlive(elsewhere);
  });

  it('AC-16 given anything but a whole one of ours, then 401, and nothing ends', async () => {
    const mine = tokens.refresh_token;
    const theirs = (await signInForTokens(firstUrl, await createActiveCustomer(deployment))).refresh_token;
    const forged = [
      mine.slice(0, -1),
      mine.slice(1),
      `${mine}A`,
      mine.slice(0, 40) + theirs.slice(40),
      theirs.slice(0, 22) + mine.slice(22),
      mine.toLowerCase(),
      `${mine}=`,
      tokens.access_token.slice(0, 500),
      randomUUID(),
      `${mine} ${theirs}`,
    ];
    for (const token of forged) expect([token, (await refreshTokens(firstUrl, token)).status]).toEqual([token, 401]);
    const bad = ['', null, [mine], { token: mine }, 7].map((refresh_token) => ({ refresh_token }));
    for (const json of [...bad, {}, { refresh_token: mine, client_id: 'foyer' }])
      expect([json, (await send(`${firstUrl}/v1/auth/refresh`, 'POST', { json })).status]).toEqual([json, 422]);
    await expectSessionAlive(tokens);
  });

  it('AC-17 given a customer who was suspended meanwhile, then 401', async () => {
    const who = await createActiveCustomer(deployment);
    const theirs = await signInForTokens(firstUrl, who);
    await deployment.database.query("update auth_subjects set status = 'suspended' where customer_id = $1", [who.id]);
    for (const url of deployment.urls)
      expect(countOutcomes([await refreshTokens(url, theirs.refresh_token)])).toEqual(REFUSED);
  });
});

describe('signing out', () => {
  it('ends the session on both replicas within a second, once, and needs no body', async () => {
    const elsewhere = await signInForTokens(firstUrl, mia);
    expect((await logOut(firstUrl, tokens.access_token)).status).toBe(204);
    expect(countOutcomes([await logOut(firstUrl, tokens.access_token)])).toEqual(REFUSED);
    await expectSessionsEnded([tokens]);
    const again = await expectSessionAlive(elsewhere);
    for (const json of [{ scope: 'everything' }, { sid: sidOf(again) }])
      expect([
        json,
        (await send(`${firstUrl}/v1/auth/logout`, 'POST', { json, bearer: again.access_token })).status,
      ]).toEqual([json, 422]);
    expect((await send(`${secondUrl}/v1/auth/logout`, 'POST', { json: {}, bearer: again.access_token })).status).toBe(
      204,
    );
    expect((await send(`${secondUrl}/v1/auth/logout`, 'POST')).status).toBe(401);
  });

  it('AC-31 everywhere ends all sessions, and the next sign-in is a good one', async () => {
    const all = [tokens, await signInForTokens(firstUrl, mia), await signInForTokens(secondUrl, mia)];
    const child = (await refreshTokens(firstUrl, tokens.refresh_token)).json;
    expect((await logOut(secondUrl, child.access_token, 'all')).status).toBe(204);
    await expectSessionsEnded([...all, child]);
    await expectSessionAlive(await signInForTokens(secondUrl, mia));
  });

  it.each([1, 2, 3, 4, 5])(
    'RC-06 AC-15 while the session is refreshed: nothing of it is good after both (round %i)',
    async (round) => {
      const [out, exchanges] = [
        signOutRequest(tokens.access_token),
        Array(9).fill(refreshRequest(tokens.refresh_token)),
      ];
      const { replies } = await race(deployment.urls, exchanges.toSpliced(round * 2 - 1, 0, out));
      expect(replies.filter(({ status }) => ![200, 204, 401].includes(status))).toEqual([]);
      const children = replies.filter(({ status }) => status === 200).map(({ json }) => json as TokenResponse);
      await expectSessionsEnded([tokens, ...children]);
    },
  );

  it('lists that have no pages, and copies of all there is, refuse a query', async () => {
    const asked = ['/v1/auth/sessions', '/v1/auth/links', '/v1/customers/me/export'];
    const ask = async (path: string) => (await send(firstUrl + path, 'GET', { bearer: tokens.access_token })).status;
    for (const path of asked) expect([path, await ask(path), await ask(`${path}?limit=1`)]).toEqual([path, 200, 422]);
  });

  it('shows one’s own sessions, and ends one of them, but AC-49 none of somebody else', async () => {
    const eve = await createActiveCustomer(deployment);
    const [here, theirs] = [await signInForTokens(firstUrl, mia), await signInForTokens(firstUrl, eve)];
    const end = (sid: string, { access_token: bearer }: TokenResponse) =>
      send(`${secondUrl}/v1/auth/sessions/${sid}`, 'DELETE', { bearer });
    const shown = (await listSessions(secondUrl, here.access_token)).json.items;
    expect(shown.filter(({ current }) => current)).toMatchObject([{ id: sidOf(here) }]);
    expect(shown.map(({ id }) => id)).toContain(sidOf(tokens));
    expect((await listSessions(firstUrl, theirs.access_token)).json.items).toHaveLength(1);

    for (const sid of [sidOf(tokens), randomUUID(), 'x', `${sidOf(tokens)}'`])
      expect([sid, (await end(sid, theirs)).status]).toEqual([sid, 404]);
    await expectSessionAlive(here);
    expect([(await end(sidOf(tokens), here)).status, (await end(sidOf(tokens), here)).status]).toEqual([204, 404]);
    await expectSessionsEnded([tokens]);
    expect((await listSessions(firstUrl, here.access_token)).json.items.map(({ id }) => id)).not.toContain(
      sidOf(tokens),
    );
  });
});

describe('what others hear of it', () => {
  it('is told in order, once, without any token, and written down, a line for each', async () => {
    const since = new Date();
    const [first, second] = [await signInForTokens(firstUrl, mia), await signInForTokens(secondUrl, mia)];
    await logOut(secondUrl, first.access_token);
    await logOut(firstUrl, second.access_token, 'all');
    await deployment.waitUntilDrained();
    const of = (subject: string) =>
      deployment.events.events.filter((event) => event.subject === subject && event.type.startsWith('auth.'));
    const told = of(sidOf(first)).map(({ type, body }) => [type, body['sequence'], body['data']]);
    const expiresAt = expect.stringMatching(/^\d{4}-.*Z$/);
    const whose = { customerId: mia.id, sid: sidOf(first), expiresAt };
    expect(told).toEqual([
      ['auth.logged_in.v1', 1, whose],
      ['auth.session_revoked.v1', 2, { ...whose, generation: null, kept: null }],
    ]);
    expect(of(sidOf(second)).map(({ type }) => type)).toEqual(['auth.logged_in.v1']);
    const data = { customerId: mia.id, sid: null, kept: null, expiresAt, generation: expect.any(Number) };
    expect(of(mia.id).at(-1)).toMatchObject({ type: 'auth.session_revoked.v1', body: { data } });
    const everything = JSON.stringify(deployment.events.events);
    for (const { access_token, refresh_token } of [first, second])
      expect([everything.includes(access_token), everything.includes(refresh_token)]).toEqual([false, false]);
    expect(await auditLines(since)).toEqual([
      'auth.login.succeeded',
      'auth.login.succeeded',
      'auth.logout.current',
      'auth.logout.all',
    ]);
  });

  it('is in order for every session of this deployment', async () => {
    await deployment.waitUntilDrained();
    const sql =
      "select aggregate_id from outbox where aggregate_type = 'session' and type = 'auth.session_revoked.v1' group by aggregate_id having count(*) > 1";
    expect((await deployment.database.query(sql)).rows).toEqual([]);
    expect(findOutOfOrderEvents(deployment.events.events)).toEqual([]);
  });
});

describe('any walk of refresh, repeat, replay, lost answers and sign-outs over two replicas', () => {
  it('INV-05 INV-06 ends as the model does', () => checkRandomSessionSequences(deployment, mia));
});
