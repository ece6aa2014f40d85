import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/http-message.js';
import { startRedisCluster } from '../support/local-redis-cluster.js';
import { startTlsRedis } from '../support/local-redis-tls.js';
import { startProgram } from '../support/program.js';
import {
  activate,
  logIn,
  randomCredentials,
  register,
  waitForCode,
  wrongCodes,
} from '../support/registration-requests.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';

interface Place {
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

async function onCluster(): Promise<Place> {
  const { urls, stop } = await startRedisCluster();
  return { env: { REDIS_URL: urls.join(',') }, stop };
}

async function overTls(): Promise<Place> {
  const { url, authority, stop } = await startTlsRedis();
  return { env: { REDIS_URL: url, NODE_EXTRA_CA_CERTS: authority }, stop };
}

describe.each([
  ['a Redis Cluster of three nodes with a password', onCluster],
  ['a Redis with a password over TLS', overTls],
])('two replicas on %s', (_, open) => {
  let place: Place;
  let deployment: TestDeployment;

  beforeAll(async () => {
    place = await open();
    deployment = await startDeployment({ roles: ['all', 'api'], env: place.env });
  }, 60_000);
  afterAll(async () => {
    await deployment?.close();
    await place?.stop();
  });

  const [one, other] = [() => deployment.urls[0] ?? '', () => deployment.urls[1] ?? ''];

  it('ten people register, get their mail, are activated by the other replica and sign in', async () => {
    const people = Array.from({ length: 10 }, () => randomCredentials());
    const ends = people.map(async (person) => {
      const code = await waitForCode(deployment.mails, person, await register(one(), person));
      const [activated, again] = [await activate(other(), person, code), await activate(one(), person, code)];
      return [activated.status, again.text === activated.text, (await logIn(one(), person)).status];
    });
    expect(await Promise.all(ends)).toEqual(people.map(() => [200, true, 200]));
  });

  it('three wrong codes burn a code, over both replicas, and the answer to a key is kept', async () => {
    const person = randomCredentials();
    const keyed = { json: person, headers: { 'idempotency-key': person.email } };
    const first = await send<{ reference: string }>(`${one()}/v1/registrations`, 'POST', keyed);
    const again = await send(`${other()}/v1/registrations`, 'POST', keyed);
    expect([first.status, again.text, again.headers.get('idempotency-replayed')]).toEqual([201, first.text, 'true']);
    const code = await waitForCode(deployment.mails, person, first.json as never);
    const statuses = [];
    for (const [n, typed] of [...wrongCodes(code, 3), code].entries())
      statuses.push((await activate(n % 2 ? one() : other(), person, typed)).status);
    expect(statuses).toEqual([400, 400, 400, 410]);
  });

  it('it says that Redis is there', async () => {
    const replies = await Promise.all(deployment.programs.map((program) => program.request('GET', '/health/ready')));
    expect(replies.map(({ json }) => json)).toMatchObject(
      deployment.programs.map(() => ({ dependencies: { redis: 'ok' } })),
    );
  });

  if (open !== overTls) return;

  it('AC-54 a replica that does not trust its certificate starts, sends nothing there, and answers 503', async () => {
    const env = { ...deployment.env, RUN: 'api', NODE_EXTRA_CA_CERTS: '' };
    const stranded = await startProgram({ env });
    const { status, headers } = await stranded.request('POST', '/v1/registrations', { json: randomCredentials() });
    expect([status, Number(headers.get('retry-after')) > 0]).toEqual([503, true]);
    expect((await stranded.request('GET', '/health/ready')).json).toMatchObject({ dependencies: { redis: 'away' } });
    expect(stranded.output()).toMatch(/certificate.*Redis is unavailable/);
    await stranded.dispose();
  });
});
