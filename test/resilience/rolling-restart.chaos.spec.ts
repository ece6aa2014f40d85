import { afterAll, beforeAll, expect, it } from 'vitest';
import { findBrokenInvariants } from '../support/invariant-checks.js';
import type { TestDeployment } from '../support/test-deployment.js';
import { countValues } from './constant-load.js';
import { restartReplicasOneByOne, startTwoReplicas } from './rolling-restart.js';

/** What this machine can carry beside its other work; on a starved one the balancer looks too late. */
const PER_SECOND = Number(process.env['CHAOS_RATE'] ?? 100);
const ROUNDS = 5;

let deployment: TestDeployment;
beforeAll(async () => {
  deployment = await startTwoReplicas({ broker: true });
}, 90_000);
afterAll(() => deployment?.close());

it('LD-05 five rounds of restarts under load: nobody notices, and every customer is announced', async () => {
  const outcomes = countValues(await restartReplicasOneByOne(deployment, ROUNDS, PER_SECOND));
  const { 'walk 200 200': walks = 0, 'me 200': reads = 0, 'exit 0': exits, ...others } = outcomes;
  expect(others).toEqual({});
  expect([walks > PER_SECOND, reads > 10 * PER_SECOND, exits]).toEqual([true, true, 2 * ROUNDS]);
  await deployment.waitUntilDrained();
  expect(await findBrokenInvariants(deployment.database)).toEqual([]);
  const created = deployment.events.events.filter(({ type }) => type === 'customer.created.v1');
  expect(new Set(created.map(({ subject }) => subject)).size).toBe(walks + 1);
}, 180_000);
