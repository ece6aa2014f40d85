import { Redis } from 'ioredis';
import { expect } from 'vitest';
import { type Reply, send } from '../support/http-message.js';
import { type LocalServer, startRedis } from '../support/local-servers.js';
import {
  activate,
  type Credentials,
  type RegistrationResponse,
  randomCredentials,
  register,
  waitForCode,
} from '../support/registration-requests.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';
import { FaultProxy } from './fault-proxy.js';

/** A Redis that is ours to spoil, by the proxy before it or directly, and two replicas behind that proxy. */
export interface RedisDeployment {
  readonly deployment: TestDeployment;
  readonly server: LocalServer;
  readonly proxy: FaultProxy;
  /** Past the proxy. */
  readonly redis: Redis;
  close(): Promise<void>;
}

/** What is limited per source is limited here, but not soon. */
const WITH_SOURCE_LIMITS = { LIMIT_REGISTRATIONS_PER_SOURCE: '100000', LIMIT_WRONG_CODES_PER_SOURCE: '100000' };

export async function startRedisDeployment(o: { entry?: string } = {}): Promise<RedisDeployment> {
  const server = await startRedis();
  const proxy = await FaultProxy.start(server.url);
  const redis = new Redis(server.url);
  redis.on('error', () => {}); // it goes before us at the end
  const deployment = await startDeployment({
    ...o,
    roles: ['all', 'api'],
    env: { ...WITH_SOURCE_LIMITS, REDIS_URL: proxy.url },
  });
  const close = async (): Promise<void> => {
    await deployment.close();
    redis.disconnect();
    await proxy.stop();
    await server.stop();
  };
  return { deployment, server, proxy, redis, close };
}

/** Registered with one replica; the code is on its way to nobody else. */
export async function createPendingRegistration(
  { urls, mails }: TestDeployment,
  person: Credentials = randomCredentials(),
): Promise<{ person: Credentials; ticket: RegistrationResponse; code: string }> {
  const ticket = await register(urls[0] ?? '', person);
  return { person, ticket, code: await waitForCode(mails, person, ticket) };
}

/** Every call of registration, with every replica. */
export async function callEveryRoute(
  { urls }: TestDeployment,
  { person, code }: { person: Credentials; code: string },
): Promise<Reply[]> {
  const basic = [person.email, person.password] as const;
  const calls = urls.flatMap((url) => [
    send(`${url}/v1/registrations`, 'POST', { json: randomCredentials() }),
    send(`${url}/v1/registrations/mine`, 'GET', { basic }),
    send(`${url}/v1/registrations/resend-code`, 'POST', { basic }),
    activate(url, person, code),
    activate(url, person, code === '0000' ? '0001' : '0000'),
  ]);
  return Promise.all(calls);
}

/** `503` and a `Retry-After`, and nothing else. */
export const summarizeRefusals = (replies: readonly Reply[]): string[] =>
  replies.map(({ status, headers }) => `${status} ${Number(headers.get('retry-after')) > 0 ? 'retry' : 'never'}`);

/** How long it takes until every replica lets people register again, ms. */
export async function measureRecoveryMs({ urls }: TestDeployment, atMost = 10_000): Promise<number> {
  const since = performance.now();
  for (const url of urls) {
    const tryIt = async () => (await send(`${url}/v1/registrations`, 'POST', { json: randomCredentials() })).status;
    await expect.poll(tryIt, { timeout: atMost, interval: 25 }).toBe(201);
  }
  return performance.now() - since;
}

interface MyRegistration {
  readonly codeExpiresAt: string | null;
  readonly attemptsRemaining: number;
}

async function fetchMyRegistration(
  { urls }: Pick<TestDeployment, 'urls'>,
  { email, password }: Credentials,
): Promise<Partial<MyRegistration>> {
  const path = '/v1/registrations/mine';
  return (await send<Partial<MyRegistration>>(`${urls[0]}${path}`, 'GET', { basic: [email, password] })).json;
}

export const fetchAttemptsRemaining = async (
  deployment: Pick<TestDeployment, 'urls'>,
  person: Credentials,
): Promise<number | undefined> => (await fetchMyRegistration(deployment, person)).attemptsRemaining;

/** When the code of this person dies, ms since 1970; 0 if there is none. */
export const fetchCodeExpiry = async (deployment: Pick<TestDeployment, 'urls'>, person: Credentials): Promise<number> =>
  Date.parse((await fetchMyRegistration(deployment, person)).codeExpiresAt ?? '1970-01-01');

/** Guesses of everybody that stand in the database: wrong ones, and those whose outcome is not known. */
export async function countGuesses({ database }: TestDeployment): Promise<{ wrong: number; open: number }> {
  const sql = 'select coalesce(sum(wrong), 0) as wrong, coalesce(sum(open_guesses), 0) as open from code_guesses';
  const { rows } = await database.query<{ wrong: string; open: string }>(sql);
  return { wrong: Number(rows[0]?.wrong), open: Number(rows[0]?.open) };
}
