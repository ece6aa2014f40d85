import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorizations, FUZZED_CREDENTIALS, identifiers, requests } from '../security/fuzz-arbitraries.js';
import {
  encodeAuthorization,
  encodeFuzzedRequest,
  encodeLogin,
  encodeRegistration,
  expectStatus,
  type FuzzResult,
  sendFuzzedRequests,
} from '../security/fuzz-runner.js';
import { findReplyFaults, listUnexpectedErrors } from '../support/problem-checks.js';
import type { Program } from '../support/program.js';
import { register } from '../support/registration-requests.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';

const SEED = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31));
/** 100 000 requests at 1; FUZZ_SCALE=10 is a million. */
const SCALE = Number(process.env['FUZZ_SCALE'] ?? 1);
const PORTION = 2_500;
const LIMIT_MS = 600_000 * Math.max(1, SCALE);

let deployment: TestDeployment;
let program: Program;
let asked = 0;
beforeAll(async () => {
  deployment = await startDeployment({ roles: ['all'] });
  program = deployment.programs[0] as Program;
  await register(program.url, FUZZED_CREDENTIALS);
  console.log(`FUZZ_SEED=${SEED} FUZZ_SCALE=${SCALE}`);
});
afterAll(() => deployment?.close());

/** In portions of one seed each, so that a portion can be repeated by itself. */
async function fuzz<T>(arbitrary: fc.Arbitrary<T>, count: number, look: (items: readonly T[]) => Promise<FuzzResult>) {
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
    const statuses = await fuzz(requests, 50_000, (items) =>
      sendFuzzedRequests(program.url, items, encodeFuzzedRequest, findReplyFaults),
    );
    // a fuzzer whose every request is refused at the door tests the door
    expect(statuses).toEqual(expect.arrayContaining(['201', '400', '401', '404', '415', '422']));
  });

  it('with identifiers of all kinds, to register and to sign in', { timeout: LIMIT_MS }, async () => {
    const known = expectStatus(201, 422, 503);
    await fuzz(identifiers, 10_000, (items) => sendFuzzedRequests(program.url, items, encodeRegistration, known));
    await fuzz(identifiers, 10_000, (items) =>
      sendFuzzedRequests(program.url, items, encodeLogin, expectStatus(401, 422, 503)),
    );
  });

  it('AC-52 with Authorization headers of all kinds: 400 or 401', { timeout: LIMIT_MS }, async () => {
    const statuses = await fuzz(authorizations, 30_000, (items) =>
      sendFuzzedRequests(program.url, items, encodeAuthorization, expectStatus(400, 401)),
    );
    expect(statuses).toContain('401');
  });

  it('later the same process is alive, ready, and has met nothing unforeseen', async () => {
    expect(asked).toBeGreaterThanOrEqual(100_000 * SCALE);
    expect(program.running).toBe(true);
    expect((await program.request('GET', '/health/ready')).status).toBe(200);
    expect(listUnexpectedErrors(program)).toEqual([]);
  });
});
