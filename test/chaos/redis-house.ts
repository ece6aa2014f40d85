import { Redis } from 'ioredis';
import { expect } from 'vitest';
import { type House, openHouse } from '../replicas/house.js';
import { activate, codeOf, type Person, register, stranger, type Ticket } from '../replicas/people.js';
import { type Reply, send } from '../support/http-message.js';
import { type OwnServer, ownRedis } from '../support/own-servers.js';
import { FaultProxy } from './fault-proxy.js';

/** A Redis that is ours to spoil, by the proxy before it or directly, and two replicas behind that proxy. */
export interface RedisHouse {
  readonly house: House;
  readonly server: OwnServer;
  readonly proxy: FaultProxy;
  /** Past the proxy. */
  readonly redis: Redis;
  close(): Promise<void>;
}

/** What is limited per source is limited here, but not soon. */
const WITH_SOURCE_LIMITS = { LIMIT_REGISTRATIONS_PER_SOURCE: '100000', LIMIT_WRONG_CODES_PER_SOURCE: '100000' };

export async function openRedisHouse(o: { entry?: string } = {}): Promise<RedisHouse> {
  const server = await ownRedis();
  const proxy = await FaultProxy.before(server.url);
  const redis = new Redis(server.url);
  redis.on('error', () => {}); // it goes before us at the end
  const house = await openHouse({ ...o, runs: ['all', 'api'], env: { ...WITH_SOURCE_LIMITS, REDIS_URL: proxy.url } });
  const close = async (): Promise<void> => {
    await house.close();
    redis.disconnect();
    await proxy.stop();
    await server.stop();
  };
  return { house, server, proxy, redis, close };
}

/** Registered with one replica; the code is on its way to nobody else. */
export async function applicant(
  { urls, mails }: House,
  person: Person = stranger(),
): Promise<{ person: Person; ticket: Ticket; code: string }> {
  const ticket = await register(urls[0] ?? '', person);
  return { person, ticket, code: await codeOf(mails, person, ticket) };
}

/** Every call of registration, with every replica. */
export async function callAll({ urls }: House, { person, code }: { person: Person; code: string }): Promise<Reply[]> {
  const basic = [person.email, person.password] as const;
  const calls = urls.flatMap((url) => [
    send(`${url}/v1/registrations`, 'POST', { json: stranger() }),
    send(`${url}/v1/registrations/mine`, 'GET', { basic }),
    send(`${url}/v1/registrations/resend-code`, 'POST', { basic }),
    activate(url, person, code),
    activate(url, person, code === '0000' ? '0001' : '0000'),
  ]);
  return Promise.all(calls);
}

/** `503` and a `Retry-After`, and nothing else. */
export const refusals = (replies: readonly Reply[]): string[] =>
  replies.map(({ status, headers }) => `${status} ${Number(headers.get('retry-after')) > 0 ? 'retry' : 'never'}`);

/** How long it takes until every replica lets people register again, ms. */
export async function recovery({ urls }: House, atMost = 10_000): Promise<number> {
  const since = performance.now();
  for (const url of urls) {
    const tryIt = async () => (await send(`${url}/v1/registrations`, 'POST', { json: stranger() })).status;
    await expect.poll(tryIt, { timeout: atMost, interval: 25 }).toBe(201);
  }
  return performance.now() - since;
}

interface Mine {
  readonly codeExpiresAt: string | null;
  readonly attemptsRemaining: number;
}

async function mine({ urls }: Pick<House, 'urls'>, { email, password }: Person): Promise<Partial<Mine>> {
  const path = '/v1/registrations/mine';
  return (await send<Partial<Mine>>(`${urls[0]}${path}`, 'GET', { basic: [email, password] })).json;
}

export const remaining = async (house: Pick<House, 'urls'>, person: Person): Promise<number | undefined> =>
  (await mine(house, person)).attemptsRemaining;

/** When the code of this person dies, ms since 1970; 0 if there is none. */
export const codeLife = async (house: Pick<House, 'urls'>, person: Person): Promise<number> =>
  Date.parse((await mine(house, person)).codeExpiresAt ?? '1970-01-01');

/** Guesses of everybody that stand in the database: wrong ones, and those whose outcome is not known. */
export async function guesses({ database }: House): Promise<{ wrong: number; open: number }> {
  const sql = 'select coalesce(sum(wrong), 0) as wrong, coalesce(sum(open_guesses), 0) as open from code_guesses';
  const { rows } = await database.query<{ wrong: string; open: string }>(sql);
  return { wrong: Number(rows[0]?.wrong), open: Number(rows[0]?.open) };
}
