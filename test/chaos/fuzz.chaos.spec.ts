import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorizations, FUZZED, identifiers, requests } from '../hostile/arbitraries.js';
import {
  type Answers,
  ask,
  bytesOfAuthorization,
  bytesOfLogin,
  bytesOfRegistration,
  bytesOfRequest,
  onlyStatus,
} from '../hostile/fuzz.js';
import { faultsOfReply, unforeseen } from '../hostile/problems.js';
import { type House, openHouse } from '../replicas/house.js';
import { register } from '../replicas/people.js';
import type { Program } from '../support/program.js';

const SEED = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31));
/** 100 000 requests at 1; FUZZ_SCALE=10 is a million. */
const SCALE = Number(process.env['FUZZ_SCALE'] ?? 1);
const PORTION = 2_500;
const LIMIT_MS = 600_000 * Math.max(1, SCALE);

let house: House;
let program: Program;
let asked = 0;
beforeAll(async () => {
  house = await openHouse({ runs: ['all'] });
  program = house.programs[0] as Program;
  await register(program.url, FUZZED);
  console.log(`FUZZ_SEED=${SEED} FUZZ_SCALE=${SCALE}`);
});
afterAll(() => house?.close());

/** In portions of one seed each, so that a portion can be repeated by itself. */
async function fuzz<T>(arbitrary: fc.Arbitrary<T>, count: number, look: (items: readonly T[]) => Promise<Answers>) {
  const statuses: Record<string, number> = {};
  for (let portion = 0; portion * PORTION < count * SCALE; portion++) {
    const seed = SEED + portion;
    const answers = await look(fc.sample(arbitrary, { numRuns: PORTION, seed }));
    for (const [status, times] of Object.entries(answers.statuses)) statuses[status] = (statuses[status] ?? 0) + times;
    asked += PORTION;
    expect(answers.faults, `FUZZ_SEED=${seed}`).toEqual([]);
    expect(program.running, `FUZZ_SEED=${seed}`).toBe(true);
  }
  console.log(`answers: ${JSON.stringify(statuses)}`);
  return Object.keys(statuses);
}

describe('a hundred thousand requests', () => {
  it('with bodies, headers and addresses of all kinds: no 5xx but 503, no hang', { timeout: LIMIT_MS }, async () => {
    const statuses = await fuzz(requests, 50_000, (items) => ask(program.url, items, bytesOfRequest, faultsOfReply));
    // a fuzzer whose every request is refused at the door tests the door
    expect(statuses).toEqual(expect.arrayContaining(['201', '400', '401', '404', '415', '422']));
  });

  it('with identifiers of all kinds, to register and to sign in', { timeout: LIMIT_MS }, async () => {
    const known = onlyStatus(201, 422, 503);
    await fuzz(identifiers, 10_000, (items) => ask(program.url, items, bytesOfRegistration, known));
    await fuzz(identifiers, 10_000, (items) => ask(program.url, items, bytesOfLogin, onlyStatus(401, 422, 503)));
  });

  it('AC-52 with Authorization headers of all kinds: 400 or 401', { timeout: LIMIT_MS }, async () => {
    const statuses = await fuzz(authorizations, 30_000, (items) =>
      ask(program.url, items, bytesOfAuthorization, onlyStatus(400, 401)),
    );
    expect(statuses).toContain('401');
  });

  it('later the same process is alive, ready, and has met nothing unforeseen', async () => {
    expect(asked).toBeGreaterThanOrEqual(100_000 * SCALE);
    expect(program.running).toBe(true);
    expect((await program.request('GET', '/health/ready')).status).toBe(200);
    expect(unforeseen(program)).toEqual([]);
  });
});
