import { afterAll, beforeAll, expect, it } from 'vitest';
import { wrongCodes } from '../support/registration-requests.js';
import { dumpDatabase, findSecrets } from '../support/secret-scanner.js';
import { type FaultyDeployment, startFaultyDeployment } from './faulty-deployment.js';
import { expectActivationAndLogin, waitForCodeSentEvent } from './registration-steps.js';

const LIFE_MS = 1_800_000;

let deployment: FaultyDeployment;
let url: string;
let peer: string;
beforeAll(async () => {
  deployment = await startFaultyDeployment({ roles: ['all', 'all'] });
  [url, peer] = deployment.urls as [string, string];
});
afterAll(() => deployment?.close());

/** Keys that hold one of these texts, and how long they live. */
async function keysWith(texts: readonly string[]): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const key of await deployment.redis.keys('foyer:*')) {
    const type = await deployment.redis.type(key);
    const value =
      type === 'hash'
        ? await deployment.redis.hgetall(key)
        : type === 'zset'
          ? await deployment.redis.zrange(key, 0, -1)
          : await deployment.redis.get(key);
    const content = `${key} ${JSON.stringify(value)}`;
    if (texts.some((text) => content.includes(text))) found.set(key, await deployment.redis.pttl(key));
  }
  return found;
}

it('INV-12 before proof nothing but an id is in the database, whatever was tried and cut; Redis forgets within 30 minutes', async () => {
  const visitor = deployment.createClient('INV-12', { firstName: 'Wilhelmina-Xanthippe', lastName: "O'Quetzalcoatl" });
  const { email, password } = visitor.person;
  expect((await visitor.register(url)).status).toBe(201);
  const code = await visitor.waitForCode(deployment.mails);
  for (const wrong of wrongCodes(code, 2)) expect((await visitor.activate(peer, wrong)).status).toBe(400);
  await waitForCodeSentEvent(deployment, visitor);
  deployment.proxies.database.cutBefore(/^Query COMMIT/, 2);
  expect((await visitor.activate(url, code)).status).toBe(503);
  expect((await visitor.resend(peer)).status).toBe(429);
  deployment.proxies.redis.cutAfter(/^EVALSHA/, 2);
  await visitor.register(url);

  const person = {
    email,
    password,
    local: email.split('@')[0] ?? '',
    first: 'Wilhelmina-Xanthippe',
    last: "O'Quetzalcoatl",
  };
  expect(findSecrets(person, { database: await dumpDatabase(deployment.database) })).toEqual([]);
  const keyOf = `select * from registration_keys
    where customer_id in (select aggregate_id from outbox where event_id = $1)`;
  const { rows } = await deployment.database.query(keyOf, [visitor.ticket?.attemptId]);
  expect(rows.map((row) => Object.keys(row as object))).toEqual([
    ['identifier_hash', 'customer_id', 'sequence', 'created_at', 'used_at', 'proven_at'],
  ]);
  const kept = await keysWith([email, 'Wilhelmina-Xanthippe', 'Quetzalcoatl']);
  expect([...kept.keys()]).toEqual([expect.stringMatching(/^foyer:\{[0-9a-f]{64}\}:attempts$/)]);
  for (const [key, life] of kept) expect(life > 0 && life <= LIFE_MS, `${key} lives ${life} ms`).toBe(true);

  await expectActivationAndLogin({ client: visitor, code }, peer);
  expect(findSecrets({ email }, { database: await dumpDatabase(deployment.database) })).not.toEqual([]);
  expect(await deployment.findFaults()).toEqual([]);
});
