import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ChaosHouse, openChaosHouse } from './chaos-house.js';
import { leasesEnd } from './later.js';
import { live } from './life.js';
import { expectReady } from './manners.js';
import { rage } from './nemesis.js';
import { randomFrom } from './random.js';
import { ROUNDS } from './rounds.js';
import { applicants, getsIn } from './visits.js';

// Everybody does anything while everything fails, at random. Once among the other tests, longer by `make chaos`.

const VISITORS = 6;
const MS = ROUNDS === 1 ? 8_000 : 30_000;
const FIRST = Number(process.env['CHAOS_SEED'] ?? randomInt(1_000_000));
const seeds = Array.from({ length: ROUNDS === 1 ? 1 : Math.min(ROUNDS, 5) }, (_, n) => FIRST + n);

let house: ChaosHouse;
beforeAll(async () => {
  house = await openChaosHouse({ runs: ['api', 'api', 'worker'], faulty: [0, 1, 2], broker: ROUNDS > 1 });
});
afterAll(() => house?.close());

it.each(seeds)('INV-01 INV-02 INV-03 INV-04 INV-16 a random mix of calls and faults (seed %i)', async (seed) => {
  console.log(`CHAOS_SEED=${seed}`);
  const until = performance.now() + MS;
  const lives = Array.from({ length: VISITORS }, (_, n) => live(house, `visitor ${n}`, randomFrom(seed + n), until));
  const mischief = await rage(house, randomFrom(seed), until);
  const visitors = (await Promise.all(lives)).flat();

  for (const program of house.programs) if (!program.running) await program.restart();
  for (const { url } of house.programs) await expectReady(url, 20_000);
  const letIn = visitors.filter(({ name }) =>
    house.history.operations.some(({ proc, op, outcome }) => proc === name && op === 'activate' && outcome === 'ok'),
  );
  for (const [n, visitor] of letIn.entries()) await visitor.logIn(house.urls[n % 2] ?? '');
  await leasesEnd(house);
  const { operations } = house.history;
  const outcomes = (['ok', 'fail', 'info'] as const).map(
    (one) => `${one} ${operations.filter(({ outcome }) => outcome === one).length}`,
  );
  console.log(`${mischief.length} faults (${mischief.join(', ')}); ${outcomes.join(', ')}; ${letIn.length} let in`);
  for (const one of await applicants(house, house.urls[0] ?? '', 2)) await getsIn(one, house.urls[1] ?? '');
  expect(await house.verdict()).toEqual([]);
});
