import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, customerOf, SIGN_IN_RULES, signIn, type Tokens } from '../auth/customers.js';
import { tally } from '../replicas/checks.js';
import { type House, openHouse } from '../replicas/house.js';
import { stranger } from '../replicas/people.js';
import { race } from '../support/race.js';

const MOST = 20;
const WRONG = 'one password for every name';
const TRUSTED = '192.0.2.200';

let house: House;
beforeAll(async () => {
  const limits = { LIMIT_WRONG_LOGINS_PER_SOURCE: String(MOST), TRUSTED_SOURCES: TRUSTED };
  house = await openHouse({ runs: ['all', 'api'], env: { ...SIGN_IN_RULES, ...limits } });
});
afterAll(() => house?.close());

const spray = async (source: string, count: number) =>
  tally(
    (
      await race(
        house.urls,
        Array.from({ length: count }, () => signIn(stranger().email, WRONG, source)),
      )
    ).replies,
  );
const at = (place: number, name: string, password: string, source: string, headers = {}) => {
  const request = signIn(name, password, source);
  return call<Tokens & { device_token: string; code: string }>(house.urls[place] ?? '', {
    ...request,
    headers: { ...request.headers, ...headers },
  });
};

describe('one password tried at many names from one source', () => {
  it('is compared as often as one may fail in a day, over all replicas, whoever has the name [AC-78]', async () => {
    const who = await customerOf(house);
    const source = '198.51.100.1';
    expect(await spray(source, MOST + 10)).toEqual({
      '401 auth.invalid_credentials': MOST,
      '429 request.too_many': 10,
    });
    for (const name of [who.email, stranger().email, 'neither address nor number']) {
      const { status, json, headers } = await at(1, name, who.password, source);
      expect([status, json.code]).toEqual([429, 'request.too_many']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await at(0, who.email, who.password, '198.51.100.2')).status).toBe(200);
  });

  it('does not stop a device from which the customer has signed in before [AC-78]', async () => {
    const who = await customerOf(house);
    const source = '198.51.100.3';
    const { json } = await at(0, who.email, who.password, source);
    await spray(source, MOST);
    expect((await at(1, who.email, who.password, source)).status).toBe(429);
    const known = { 'x-device-token': json.device_token };
    expect((await at(1, who.email, who.password, source, known)).status).toBe(200);
  });

  it('is not limited from a trusted source, and sign-ins that succeed are none of it [AC-78]', async () => {
    const who = await customerOf(house);
    expect(await spray(TRUSTED, MOST + 10)).toEqual({ '401 auth.invalid_credentials': MOST + 10 });
    const statuses = new Set<number>();
    for (let n = 0; n < MOST + 5; n++) statuses.add((await at(n % 2, who.email, who.password, '198.51.100.4')).status);
    expect([...statuses]).toEqual([200]);
  });
});
