import { afterAll, beforeAll, expect, it } from 'vitest';
import { brokenInvariants } from '../replicas/checks.js';
import type { House } from '../replicas/house.js';
import { openPair, restartInTurn } from './rolling.js';
import { counted } from './steady.js';

let house: House;
beforeAll(async () => {
  house = await openPair({ broker: true });
}, 90_000);
afterAll(() => house?.close());

it('LD-05 five rounds of restarts at 100 requests a second: nobody notices, and every customer is announced', async () => {
  const outcomes = counted(await restartInTurn(house, 5, 100));
  const { 'walk 200 200': walks = 0, 'me 200': reads = 0, 'exit 0': exits, ...others } = outcomes;
  expect(others).toEqual({});
  expect([walks > 150, reads > 1_500, exits]).toEqual([true, true, 10]);
  await house.drained();
  expect(await brokenInvariants(house.database)).toEqual([]);
  const created = house.events.events.filter(({ type }) => type === 'customer.created.v1');
  expect(new Set(created.map(({ subject }) => subject)).size).toBe(walks + 1);
}, 180_000);
