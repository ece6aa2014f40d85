import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expireLeases } from './age-stored-state.js';
import { expectReady } from './availability-assertions.js';
import { injectRandomFaults } from './fault-injector.js';
import { type FaultyDeployment, startFaultyDeployment } from './faulty-deployment.js';
import { runRandomClients } from './random-workload.js';
import { createPendingClients, expectActivationAndLogin } from './registration-steps.js';
import { ROUNDS } from './rounds.js';
import { createRandom } from './seeded-random.js';

// Everybody does anything while everything fails, at random. Once among the other tests, longer by `make chaos`.

const VISITORS = 6;
const MS = ROUNDS === 1 ? 8_000 : 30_000;
const FIRST = Number(process.env['CHAOS_SEED'] ?? randomInt(1_000_000));
const seeds = Array.from({ length: ROUNDS === 1 ? 1 : Math.min(ROUNDS, 5) }, (_, n) => FIRST + n);

let deployment: FaultyDeployment;
beforeAll(async () => {
  deployment = await startFaultyDeployment({
    roles: ['api', 'api', 'worker'],
    proxiedReplicas: [0, 1, 2],
    broker: ROUNDS > 1,
  });
});
afterAll(() => deployment?.close());

it.each(seeds)('INV-01 INV-02 INV-03 INV-04 INV-16 a random mix of calls and faults (seed %i)', async (seed) => {
  console.log(`CHAOS_SEED=${seed}`);
  const until = performance.now() + MS;
  const lives = Array.from({ length: VISITORS }, (_, n) =>
    runRandomClients(deployment, `visitor ${n}`, createRandom(seed + n), until),
  );
  const mischief = await injectRandomFaults(deployment, createRandom(seed), until);
  const visitors = (await Promise.all(lives)).flat();

  for (const program of deployment.programs) if (!program.running) await program.restart();
  for (const { url } of deployment.programs) await expectReady(url, 20_000);
  const letIn = visitors.filter(({ name }) =>
    deployment.history.operations.some(
      ({ proc, op, outcome }) => proc === name && op === 'activate' && outcome === 'ok',
    ),
  );
  for (const [n, visitor] of letIn.entries()) await visitor.logIn(deployment.urls[n % 2] ?? '');
  await expireLeases(deployment);
  const { operations } = deployment.history;
  const outcomes = (['ok', 'fail', 'info'] as const).map(
    (one) => `${one} ${operations.filter(({ outcome }) => outcome === one).length}`,
  );
  console.log(`${mischief.length} faults (${mischief.join(', ')}); ${outcomes.join(', ')}; ${letIn.length} let in`);
  for (const one of await createPendingClients(deployment, deployment.urls[0] ?? '', 2))
    await expectActivationAndLogin(one, deployment.urls[1] ?? '');
  expect(await deployment.findFaults()).toEqual([]);
});
