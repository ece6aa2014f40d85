import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findReplyFaults, listUnexpectedErrors } from '../support/problem-checks.js';
import type { Program } from '../support/program.js';
import { register } from '../support/registration-requests.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';
import { authorizations, FUZZED_CREDENTIALS, identifiers, requests } from './fuzz-arbitraries.js';
import {
  encodeAuthorization,
  encodeFuzzedRequest,
  encodeRegistration,
  expectStatus,
  sendFuzzedRequests,
} from './fuzz-runner.js';

const SEED = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31));
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 5_000);
const HEADERS = Number(process.env['FUZZ_HEADERS'] ?? 10_000);

let deployment: TestDeployment;
let program: Program;
beforeAll(async () => {
  deployment = await startDeployment({ roles: ['all'], env: { LIMIT_LOGINS_PER_SOURCE: 'off' } });
  program = deployment.programs[0] as Program;
  await register(program.url, FUZZED_CREDENTIALS);
  console.log(`FUZZ_SEED=${SEED} FUZZ_REQUESTS=${REQUESTS} FUZZ_HEADERS=${HEADERS}`);
});
afterAll(() => deployment?.close());

const sample = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number): T[] => fc.sample(arbitrary, { numRuns, seed: SEED });

describe('fuzz', () => {
  it(`${REQUESTS} requests with bodies, headers and addresses of all kinds: no 5xx but 503, no hang`, {
    timeout: 120_000,
  }, async () => {
    const items = sample(requests, REQUESTS);
    const { statuses, faults } = await sendFuzzedRequests(program.url, items, encodeFuzzedRequest, findReplyFaults);
    console.log(`answers: ${JSON.stringify(statuses)}`);
    expect(faults).toEqual([]);
    // what gets in matters as well: a fuzzer whose every request is refused at the door tests the door
    const usual = REQUESTS < 2_000 ? [] : ['201', '400', '401', '404', '415', '422'];
    expect(Object.keys(statuses)).toEqual(expect.arrayContaining(usual));
  });

  it(`identifiers: whatever is accepted is read back in a message to one address, and can be proven`, async () => {
    const typed = [...new Set(sample(identifiers, 400))];
    const { faults } = await sendFuzzedRequests(program.url, typed, encodeRegistration, expectStatus(201, 422));
    expect(faults).toEqual([]);
    await deployment.waitUntilDrained();
    for (const { to } of deployment.mails.messages) {
      expect(to).toHaveLength(1);
      expect(to[0]).toMatch(/^[!-~]+@[a-z0-9.-]+$/);
    }
  });

  it(`AC-52 ${HEADERS} Authorization headers: 400 or 401, nothing else`, { timeout: 120_000 }, async () => {
    const items = sample(authorizations, HEADERS);
    const { statuses, faults } = await sendFuzzedRequests(
      program.url,
      items,
      encodeAuthorization,
      expectStatus(400, 401),
    );
    console.log(`answers: ${JSON.stringify(statuses)}`);
    expect(faults).toEqual([]);
  });

  it('AC-52 control characters in Authorization: 400 or 401', async () => {
    const control = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).concat('\x7f');
    const values = control.flatMap((char) => [
      `Basic ${char}`,
      `Basic YT${char}pi`,
      `${char}Basic YTpi`,
      `Bearer a.b${char}.c`,
    ]);
    const { faults } = await sendFuzzedRequests(program.url, values, encodeAuthorization, expectStatus(400, 401));
    expect(faults).toEqual([]);
  });
});

describe('AC-33 e-mail addresses that expensive patterns choke on', () => {
  const shapes: Readonly<Record<string, (bytes: number) => string>> = {
    at: (n) => '@'.repeat(n),
    letters: (n) => `${'a'.repeat(n)}!`,
    'nested groups': (n) => '(a+)+'.repeat(n / 5),
    dots: (n) => `${'a.'.repeat(n / 2)}@example.org`,
    labels: (n) => `a@${'b-.'.repeat(n / 3)}org`,
    'one long label': (n) => `a@${'-'.repeat(n)}.org`,
    'selectors that take no room': (n) => `a${'\ufe0f'.repeat(n / 3)}@example.org`,
    'international labels': (n) => `a@${'ä.'.repeat(n / 3)}org`,
  };
  const LARGEST = 16_000;

  it.each(Object.keys(shapes))('%s: refused at once, in 64 kB and in what still fits', async (name) => {
    const shape = shapes[name] ?? String;
    const timed = async (size: number, path: string, body: (value: string) => object) => {
      const start = performance.now();
      const { status } = await program.request('POST', path, { json: body(shape(size)) });
      return { status, ms: performance.now() - start };
    };
    const register = (email: string) => ({ email, password: 'a long enough password' });
    const logIn = (username: string) => ({ username, password: 'a long enough password' });
    expect((await timed(65_536, '/v1/registrations', register)).status).toBe(413);
    for (const [path, body] of [
      ['/v1/registrations', register],
      ['/v1/auth/login', logIn],
    ] as const) {
      const outcomes = [];
      for (const size of [LARGEST, LARGEST, 250, 254, 319]) outcomes.push(await timed(size, path, body));
      expect(outcomes.filter(({ status }) => status !== 422 && status !== 401)).toEqual([]);
      // the fastest of them: the machine may be busy, an expensive pattern is slow every time
      expect(Math.min(...outcomes.slice(0, 2).map(({ ms }) => ms))).toBeLessThan(250);
    }
  });
});

describe('afterwards', () => {
  it('the same process is alive, ready, and has met nothing unforeseen', async () => {
    expect(program.running).toBe(true);
    expect((await program.request('GET', '/health/ready')).status).toBe(200);
    expect(listUnexpectedErrors(program)).toEqual([]);
  });
});
