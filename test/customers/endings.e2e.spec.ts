import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange, refresh, signIn, type Tokens } from '../auth/customers.js';
import { type House, openHouse } from '../replicas/house.js';
import { send } from '../support/http-message.js';
import { type RaceRequest, race } from '../support/race.js';
import { type Member, Members } from './members.js';

const ROUNDS = 6;
const WITHIN = { timeout: 1_000, interval: 20 };

describe('a customer who ends while his sessions are refreshed, over two replicas', () => {
  let house: House;
  let members: Members;
  let admin: string;

  beforeAll(async () => {
    const env = { PUBLIC_URL: 'https://foyer.example', LIMIT_LOGINS_PER_SOURCE: 'off' };
    house = await openHouse({ runs: ['all', 'api'], env });
    members = new Members(house);
    admin = await members.administrator();
  }, 120_000);
  afterAll(() => house?.close());

  /** No replica takes anything of it, and he comes in no other way. */
  async function isOver({ person, id }: Member, all: readonly Tokens[], how: string): Promise<void> {
    for (const url of house.urls) {
      for (const { access_token: bearer, refresh_token } of all) {
        const me = async () => (await send(`${url}/v1/customers/me`, 'GET', { bearer })).status;
        await expect.poll(me, WITHIN).toBe(401);
        expect((await refresh(url, refresh_token)).status).toBe(401);
      }
      expect((await members.logIn(person.email, person.password, url)).status).toBe(401);
    }
    if (how !== 'is erased') return;
    const left = await house.database.query('select id from auth_sessions where customer_id = $1', [id]);
    expect(left.rows).toEqual([]);
  }

  const given = (replies: readonly { readonly status: number; readonly json: unknown }[]): Tokens[] =>
    replies.filter(({ status }) => status === 200).map(({ json }) => json as Tokens);

  describe.each<[string, (mia: Member) => RaceRequest]>([
    ['is deleted', ({ id }) => ({ method: 'DELETE', path: `/v1/customers/${id}`, bearer: admin })],
    ['deletes himself', ({ bearer }) => ({ method: 'DELETE', path: '/v1/customers/me', bearer })],
    ['is erased', ({ id }) => ({ method: 'DELETE', path: `/v1/customers/${id}?mode=erase`, bearer: admin })],
  ])('RC-07 who %s', (how, end) => {
    it('has nothing that is good, whichever of the requests was faster', async () => {
      let children = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const mia = await members.signUp();
        const own: Tokens = { access_token: mia.bearer, refresh_token: mia.refresh } as Tokens;
        const logIns = Array(2).fill(signIn(mia.person.email, mia.person.password));
        const others = [...Array(8).fill(exchange(mia.refresh)), ...logIns];
        const { replies } = await race(house.urls, others.toSpliced(round * 2 - 1, 0, end(mia)));
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
        const mia = await members.signUp();
        const all: Tokens[] = [{ access_token: mia.bearer, refresh_token: mia.refresh } as Tokens];
        const goesOn = async () => {
          for (let turn = 0; ; turn++) {
            const { status, json } = await refresh(house.urls[turn % 2] ?? '', all.at(-1)?.refresh_token ?? '');
            if (status !== 200) return status;
            all.push(json);
          }
        };
        const { path, method, ...o } = end({ ...mia, bearer: await members.tokenOf(mia.person) });
        const [refused, ended] = await Promise.all([
          goesOn(),
          pause(20 + round * 7).then(() => send(members.here + path, method, o)),
        ]);
        expect([ended.status, refused]).toEqual([204, 401]);
        expect(all.length).toBeGreaterThan(1);
        await isOver(mia, all.slice(-3), how);
      }
    });
  });
});
