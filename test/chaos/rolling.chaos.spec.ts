import { afterAll, beforeAll, expect, it } from 'vitest';
import { brokenInvariants } from '../replicas/checks.js';
import type { House } from '../replicas/house.js';
import { openPair, restartInTurn } from './rolling.js';
import { counted } from './steady.js';

/** What this machine can carry beside its other work; on a starved one the balancer looks too late. */
const PER_SECOND = Number(process.env['CHAOS_RATE'] ?? 100);
const ROUNDS = 5;

let house: House;
beforeAll(async () => {
  house = await openPair({ broker: true });
}, 90_000);
afterAll(() => house?.close());

it('LD-05 five rounds of restarts under load: nobody notices, and every customer is announced', async () => {
  const outcomes = counted(await restartInTurn(house, ROUNDS, PER_SECOND));
  const { 'walk 200 200': walks = 0, 'me 200': reads = 0, 'exit 0': exits, ...others } = outcomes;
  expect(others).toEqual({});
  expect([walks > PER_SECOND, reads > 10 * PER_SECOND, exits]).toEqual([true, true, 2 * ROUNDS]);
  await house.drained();
  expect(await brokenInvariants(house.database)).toEqual([]);
  const created = house.events.events.filter(({ type }) => type === 'customer.created.v1');
  expect(new Set(created.map(({ subject }) => subject)).size).toBe(walks + 1);
}, 180_000);
