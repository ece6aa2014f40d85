import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CustomersClient, type SignedUpCustomer } from '../../support/customers-client.js';
import { send } from '../../support/http-message.js';
import { type RaceRequest, race } from '../../support/race.js';
import { refreshRequest, refreshTokens, signInRequest, type TokenResponse } from '../../support/session-requests.js';
import { startDeployment, type TestDeployment } from '../../support/test-deployment.js';

const ROUNDS = 6;
const WITHIN = { timeout: 1_000, interval: 20 };

describe('a customer who ends while his sessions are refreshed, over two replicas', () => {
  let deployment: TestDeployment;
  let members: CustomersClient;
  let admin: string;

  beforeAll(async () => {
    const env = { PUBLIC_URL: 'https://foyer.example', LIMIT_LOGINS_PER_SOURCE: 'off' };
    deployment = await startDeployment({ roles: ['all', 'api'], env });
    members = new CustomersClient(deployment);
    admin = await members.createAdministrator();
  }, 120_000);
  afterAll(() => deployment?.close());

  /** No replica takes anything of it, and he comes in no other way. */
  async function isOver({ person, id }: SignedUpCustomer, all: readonly TokenResponse[], how: string): Promise<void> {
    for (const url of deployment.urls) {
      for (const { access_token: bearer, refresh_token } of all) {
        const me = async () => (await send(`${url}/v1/customers/me`, 'GET', { bearer })).status;
        await expect.poll(me, WITHIN).toBe(401);
        expect((await refreshTokens(url, refresh_token)).status).toBe(401);
      }
      expect((await members.logIn(person.email, person.password, url)).status).toBe(401);
    }
    if (how !== 'is erased') return;
    const left = await deployment.database.query('select id from auth_sessions where customer_id = $1', [id]);
    expect(left.rows).toEqual([]);
  }

  const given = (replies: readonly { readonly status: number; readonly json: unknown }[]): TokenResponse[] =>
    replies.filter(({ status }) => status === 200).map(({ json }) => json as TokenResponse);

  describe.each<[string, (mia: SignedUpCustomer) => RaceRequest]>([
    ['is deleted', ({ id }) => ({ method: 'DELETE', path: `/v1/customers/${id}`, bearer: admin })],
    ['deletes himself', ({ bearer }) => ({ method: 'DELETE', path: '/v1/customers/me', bearer })],
    ['is erased', ({ id }) => ({ method: 'DELETE', path: `/v1/customers/${id}?mode=erase`, bearer: admin })],
  ])('RC-07 who %s', (how, end) => {
    it('has nothing that is good, whichever of the requests was faster', async () => {
      let children = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const mia = await members.createCustomer();
        const own: TokenResponse = { access_token: mia.bearer, refresh_token: mia.refresh } as TokenResponse;
        const logIns = Array(2).fill(signInRequest(mia.person.email, mia.person.password));
        const others = [...Array(8).fill(refreshRequest(mia.refresh)), ...logIns];
        const { replies } = await race(deployment.urls, others.toSpliced(round * 2 - 1, 0, end(mia)));
        const [ended, ...rest] = replies.toSorted((a, b) => Number(b.status === 204) - Number(a.status === 204));
        expect(ended?.status).toBe(204);
        expect(rest.filter(({ status }) => ![200, 401].includes(status))).toEqual([]);
        await isOver(mia, [own, ...given(rest)], how);
        children += given(rest).length;
      }
      expect(children, 'none of them was ever faster').toBeGreaterThan(0);
    });

    it('has nothing that is good, however fast his program asks for the next token', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const mia = await members.createCustomer();
        const all: TokenResponse[] = [{ access_token: mia.bearer, refresh_token: mia.refresh } as TokenResponse];
        const goesOn = async () => {
          for (let turn = 0; ; turn++) {
            const { status, json } = await refreshTokens(
              deployment.urls[turn % 2] ?? '',
              all.at(-1)?.refresh_token ?? '',
            );
            if (status !== 200) return status;
            all.push(json);
          }
        };
        const { path, method, ...o } = end({ ...mia, bearer: await members.signInForAccessToken(mia.person) });
        const [refused, ended] = await Promise.all([
          goesOn(),
          pause(20 + round * 7).then(() => send(members.firstReplicaUrl + path, method, o)),
        ]);
        expect([ended.status, refused]).toEqual([204, 401]);
        expect(all.length).toBeGreaterThan(1);
        await isOver(mia, all.slice(-3), how);
      }
    });
  });
});
