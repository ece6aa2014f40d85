import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  countCustomers,
  countOutcomes,
  findBrokenInvariants,
  findSingleActivationFaults,
  findWrongCodeFaults,
} from '../support/invariant-checks.js';
import { race } from '../support/race.js';
import {
  activate,
  activationRequest,
  type Credentials,
  logIn,
  type RegistrationResponse,
  randomCredentials,
  register,
  waitForCode,
  wrongCodes,
} from '../support/registration-requests.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';
import { findConcurrentGuessFaults } from './concurrent-guesses.js';
import { isChaosRun } from './rounds.js';

const GUESSES = isChaosRun ? 5_000 : 500;

const ROUNDS = Number(process.env['RACE_ROUNDS'] ?? 3);
const AT_ONCE = 50;
const rounds = Array.from({ length: ROUNDS }, (_, i) => i + 1);

let deployment: TestDeployment;
beforeAll(async () => {
  deployment = await startDeployment({ roles: ['api', 'api', 'worker'], broker: true });
});
afterAll(() => deployment?.close());
afterEach(async () => expect(await findBrokenInvariants(deployment.database)).toEqual([]));

/** Registered with this replica; the code is on its way to nobody else. */
async function createPendingRegistration(
  person: Credentials,
  replica = 0,
): Promise<{ ticket: RegistrationResponse; code: string }> {
  const ticket = await register(deployment.urls[replica] ?? '', person);
  return { ticket, code: await waitForCode(deployment.mails, person, ticket) };
}

const announced = ({ email }: Credentials): number =>
  deployment.events.events.filter(
    ({ type, body }) => type === 'customer.created.v1' && (body['data'] as { email?: string }).email === email,
  ).length;

describe('50 activations at once over two replicas', () => {
  it.each(rounds)('RC-01 INV-01 AC-09 the same code and password: one customer, one event (round %i)', async () => {
    const person = randomCredentials();
    const { code } = await createPendingRegistration(person);
    const { replies } = await race(deployment.urls, Array(AT_ONCE).fill(activationRequest(person, code)));
    expect(findSingleActivationFaults(replies), JSON.stringify(countOutcomes(replies))).toEqual([]);
    expect(await countCustomers(deployment.database, person.email)).toBe(1);
    await deployment.waitUntilDrained();
    expect(announced(person)).toBe(1);
  });

  it.each(rounds)(
    'RC-02 AC-02 wrong codes: three are evaluated, then even the right one is dead (round %i)',
    async () => {
      expect(await findConcurrentGuessFaults(deployment)).toEqual([]);
    },
  );

  it('INV-02 AC-06 wrong codes for three attempts of one identifier: at most nine are evaluated, three of each', async () => {
    const one = randomCredentials();
    const people = ['', ', but another', ', and one more'].map((more) => ({ ...one, password: one.password + more }));
    const guesses = [];
    for (const person of people) {
      const { code } = await createPendingRegistration(person);
      guesses.push(wrongCodes(code, AT_ONCE).map((wrong) => activationRequest(person, wrong)));
    }
    const { replies } = await race(deployment.urls, guesses.flat());
    const evaluated = replies.map(({ status }, at) => ({ status, whose: Math.floor(at / AT_ONCE) }));
    const each = [0, 1, 2].map((n) => evaluated.filter(({ status, whose }) => status === 400 && whose === n).length);
    expect(Math.max(...each), JSON.stringify(countOutcomes(replies))).toBeLessThanOrEqual(3);
    expect(replies.filter(({ status }) => ![400, 409, 410].includes(status))).toEqual([]);
  });

  it(`AC-05 ${GUESSES} wrong codes, as fast as they go: three are evaluated`, { timeout: 180_000 }, async () => {
    const person = randomCredentials();
    const { code } = await createPendingRegistration(person);
    const guesses = wrongCodes(code, GUESSES);
    const replies = [];
    while (guesses.length > 0) {
      const some = guesses.splice(0, 50).map((wrong, i) => activate(deployment.urls[i % 2] ?? '', person, wrong));
      replies.push(...(await Promise.all(some)));
    }
    expect(findWrongCodeFaults(replies), JSON.stringify(countOutcomes(replies))).toEqual([]);
  });

  it('the right code among 49 wrong ones gives one customer or none, and never more than three wrong answers', async () => {
    const person = randomCredentials();
    const { code } = await createPendingRegistration(person);
    const guesses = wrongCodes(code, AT_ONCE - 1).toSpliced(AT_ONCE / 2, 0, code);
    const { replies } = await race(
      deployment.urls,
      guesses.map((guess) => activationRequest(person, guess)),
    );
    const counts = countOutcomes(replies);
    expect(counts['400 registration.code_wrong'] ?? 0, JSON.stringify(counts)).toBeLessThanOrEqual(3);
    expect(replies.filter(({ status }) => ![200, 400, 409, 410].includes(status))).toEqual([]);
    const letIn = replies.some(({ status }) => status === 200) ? 1 : 0;
    expect(await countCustomers(deployment.database, person.email)).toBe(letIn);
  });
});

describe('RC-04 two attempts with different passwords, activated at once', () => {
  it.each(rounds)('one wins and its password signs in, the other one dies (round %i)', async (round) => {
    const one = randomCredentials();
    const other = { ...one, password: `${one.password}, but another` };
    const first = await createPendingRegistration(one, 0);
    const second = await createPendingRegistration(other, 1);
    expect(second.ticket.id).toBe(first.ticket.id);
    expect(second.ticket.attemptId).not.toBe(first.ticket.attemptId);

    const both = [activationRequest(one, first.code), activationRequest(other, second.code)];
    const urls = round % 2 ? deployment.urls : deployment.urls.toReversed();
    const { replies } = await race(urls, both);
    expect(countOutcomes(replies)).toEqual({ '200': 1, '401 auth.invalid_credentials': 1 });

    const winner = replies[0]?.status === 200 ? one : other;
    const loser = winner === one ? other : one;
    expect((await logIn(urls[0] ?? '', winner)).status).toBe(200);
    expect((await logIn(urls[1] ?? '', loser)).status).toBe(401);
    const again = await activate(urls[0] ?? '', loser, winner === one ? second.code : first.code);
    expect(countOutcomes([again])).toEqual({ '401 auth.invalid_credentials': 1 });
    await deployment.waitUntilDrained();
    expect(announced(one)).toBe(1);
  });
});

describe('a process that does background work only', () => {
  it('serves health and metrics and nothing else', async () => {
    const worker = deployment.programs.at(-1);
    for (const path of ['/health', '/health/live', '/health/ready', '/metrics'])
      expect([path, (await worker?.request('GET', path))?.status]).toEqual([path, 200]);
    const replies = await Promise.all([
      worker?.request('POST', '/v1/registrations', { json: randomCredentials() }),
      worker?.request('POST', '/v1/auth/login', { json: { username: 'ada@example.org', password: 'not a password' } }),
      worker?.request('GET', '/docs/openapi.json'),
    ]);
    expect(replies.map((reply) => reply?.status)).toEqual([404, 404, 404]);
  });
});
