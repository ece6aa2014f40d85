import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rounds } from '../../resilience/rounds.js';
import { type Program, runProgram } from '../../support/program.js';
import {
  activate,
  type Credentials,
  findReservedCustomerId,
  logIn,
  randomCredentials,
  register,
  waitForCode,
} from '../../support/registration-requests.js';
import { startDeployment, type TestDeployment } from '../../support/test-deployment.js';
import { connectVerificationService, type VerificationService } from '../../support/verification-service.js';
import {
  expectSingleCustomer,
  findActivationRaceFaults,
  findLivingCustomers,
  findRedeliveryFaults,
  waitForEmptyQueues,
} from './customer-verified-checks.js';
import {
  type ContestedAttempt,
  createContestedAttempt,
  publishAndWaitForInbox,
  readOutcome,
  setAttemptExpiry,
} from './customer-verified-expiry.js';

let deployment: TestDeployment;
let service: VerificationService;
let firstReplica: Program;
let secondReplica: Program;
let url: string;

beforeAll(async () => {
  // Every round signs in a dozen times.
  const env = { LIMIT_LOGINS_PER_SOURCE: 'off' };
  deployment = await startDeployment({ roles: ['api', 'worker', 'worker'], broker: true, env });
  service = await connectVerificationService(deployment.env['RABBITMQ_URL'] ?? '');
  [, firstReplica, secondReplica] = deployment.programs as [Program, Program, Program];
  [url = ''] = deployment.urls;
}, 120_000);
afterAll(async () => {
  await service?.stop();
  await deployment?.close();
});

const expectOnly = ({ email }: Credentials) => expectSingleCustomer(deployment, service, email);
const attackerOf = ({ email }: Credentials): Credentials => ({ ...randomCredentials(), email });
const hasOutcome = (outcome: string) => (line: object) => 'outcome' in line && line.outcome === outcome;

const TIMES = rounds.flatMap((round) => [1, 3, 50].map((times) => ({ round, times })));

describe.each(TIMES)('customer.verified.v1, delivered $times times at once (round $round)', ({ times }) => {
  it('RC-08 FM-M1 with its attempt: that is the customer, with its password and never another’s', async () => {
    const person = randomCredentials();
    const attacker = attackerOf(person);
    const ticket = await register(url, person);
    const [{ attemptId }, id] = [ticket, await findReservedCustomerId(deployment, ticket)];
    await register(url, attacker);
    await service.publishVerified({ attemptId, email: person.email }, times);
    expect(await expectOnly(person)).toMatchObject({ id, verified_by: 'event' });
    expect((await logIn(url, person)).status).toBe(200);
    expect((await logIn(url, attacker)).status).toBe(401);
  });

  it('RC-08 FM-M1 without one: a customer nobody has a password of, and every attempt is dead', async () => {
    const person = randomCredentials();
    const attacker = attackerOf(person);
    await register(url, person);
    const ticket = await register(url, attacker);
    const code = await waitForCode(deployment.mails, attacker, ticket);
    await service.publishVerified({ email: person.email }, times);
    expect(await expectOnly(person)).toMatchObject({
      id: await findReservedCustomerId(deployment, ticket),
      verified_by: 'event',
    });
    expect((await activate(url, attacker, code)).status).toBe(401);
    for (const somebody of [person, attacker]) expect((await logIn(url, somebody)).status).toBe(401);
  });
});

describe.each(TIMES)(
  'customer.verified.v1, delivered $times times at the end of an attempt, an attacker’s beside it (round $round)',
  ({ times }) => {
    const tell = ({ person: { email }, attemptId }: ContestedAttempt) =>
      service.publishVerified({ attemptId, email }, times);

    it('FM-M5 after it: nobody; and without the attempt: he, without a password', async () => {
      const his = await createContestedAttempt(deployment);
      await setAttemptExpiry(deployment, his, 0);
      await publishAndWaitForInbox(deployment, async () => [await tell(his)]);
      expect(await readOutcome(deployment, his, 'his')).toEqual({ isCustomer: false, faults: [] });
      await publishAndWaitForInbox(deployment, async () => [
        await service.publishVerified({ email: his.person.email }, times),
      ]);
      expect(await readOutcome(deployment, his, 'none')).toEqual({ isCustomer: true, faults: [] });
    });

    it('FM-M5 before it and, when the receipt is over, after it: he, once', async () => {
      const his = await createContestedAttempt(deployment);
      await publishAndWaitForInbox(deployment, async () => [await tell(his)]);
      await setAttemptExpiry(deployment, his, 0);
      await publishAndWaitForInbox(deployment, async () => [await tell(his)]);
      expect(await readOutcome(deployment, his, 'his')).toEqual({ isCustomer: true, faults: [] });
    });

    it('FM-M5 in that moment: he or nobody, never the attacker', async () => {
      const lives = [0, 10, 20, 40, 80, 160, 5_000];
      const pairs = await Promise.all(lives.map(() => createContestedAttempt(deployment)));
      await Promise.all(pairs.map((his, at) => setAttemptExpiry(deployment, his, lives[at] ?? 0)));
      await publishAndWaitForInbox(deployment, () => Promise.all(pairs.map(tell)));
      const outcomes = await Promise.all(pairs.map((his) => readOutcome(deployment, his, 'his')));
      expect(outcomes.flatMap(({ faults }) => faults)).toEqual([]);
      expect([outcomes.at(0), outcomes.at(-1)]).toMatchObject([{ isCustomer: false }, { isCustomer: true }]);
    });

    it('FM-M5 while he is let in: what was good when it was read is good', async () => {
      const his = await createContestedAttempt(deployment);
      await publishAndWaitForInbox(deployment, async () => {
        await deployment.database.lock('customers');
        const event = await tell(his);
        await sleep(500);
        await setAttemptExpiry(deployment, his, 0);
        await deployment.database.unlock();
        return [event];
      });
      expect(await readOutcome(deployment, his, 'his')).toEqual({ isCustomer: true, faults: [] });
    });
  },
);

describe.each(rounds)('customer.verified.v1 (round %i)', () => {
  it('RC-08 races with the code: both are right, one customer', async () => {
    for (let n = 0; n < 5; n++) expect(await findActivationRaceFaults(deployment, service)).toEqual([]);
    await waitForEmptyQueues(service);
    const { rows } = await deployment.database.query(
      'select aggregate_id from outbox where type = $1 group by aggregate_id having count(*) > 1',
      ['customer.created.v1'],
    );
    expect(rows).toEqual([]);
  });

  it('FM-M1 comes again after he has left: he stays away', async () => {
    expect(await findRedeliveryFaults(deployment, service)).toEqual([]);
  });
});

describe('customer.verified.v1 that says nothing of now', () => {
  /** By both workers. */
  const counted = async (outcome: string): Promise<number> => {
    const line = new RegExp(`^customer_verifications_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm');
    const figures = await Promise.all([firstReplica, secondReplica].map((worker) => worker.request('GET', '/metrics')));
    return figures.reduce((sum, { text }) => sum + Number(line.exec(text)?.[1] ?? 0), 0);
  };
  const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

  it.each<[string, string, () => { attemptId?: string; verifiedAt?: string }]>([
    ['an attempt nobody knows', 'unknown', () => ({ attemptId: randomUUID() })],
    ['a moment that is to come', 'in_the_future', () => ({ verifiedAt: inAnHour() })],
    ['a moment of long ago', 'too_old', () => ({ verifiedAt: '2026-01-01T00:00:00Z' })],
  ])('FM-M5 %s: acknowledged, counted, logged without the address, nobody let in', async (_, outcome, data) => {
    const person = randomCredentials();
    await register(url, person);
    const before = await counted(outcome);
    await service.publishVerified({ email: person.email, ...data() });
    await waitForEmptyQueues(service);
    await Promise.any([firstReplica, secondReplica].map((worker) => worker.waitForLog(hasOutcome(outcome), 5_000)));
    expect(await findLivingCustomers(deployment, person.email)).toEqual([]);
    const outputs = [firstReplica, secondReplica].map((worker) => worker.output()).join('\n');
    expect(outputs).not.toContain(person.email);
    expect(await counted(outcome)).toBe(before + 1);
  });

  it('an attempt that was made after it is not what was confirmed', async () => {
    const person = randomCredentials();
    const verifiedAt = new Date().toISOString();
    await sleep(20);
    const { attemptId } = await register(url, person);
    await service.publishVerified({ attemptId, email: person.email, verifiedAt });
    await waitForEmptyQueues(service);
    expect(await findLivingCustomers(deployment, person.email)).toEqual([]);
  });

  it('FM-M3 FM-M4 what cannot be read is a dead letter, which an operator sees, sends back and drops', async () => {
    const desk = async (...args: string[]): Promise<string> => {
      const { code, output } = await runProgram({
        entry: 'dist/apps/server/src/dead-letters.js',
        args,
        env: deployment.env,
      });
      expect(code, output).toBe(0);
      return output;
    };
    const of = ['--of', 'registration.customer.verified.v1'];
    await service.publishRaw('no json');
    await expect.poll(() => service.countMessages('.dead'), { timeout: 10_000 }).toBe(1);
    expect(await desk()).toContain('registration.customer.verified.v1: 1');
    expect(await desk('list', ...of)).toMatch(/not_json {2}malformed/);
    expect(await desk('show', ...of, '--message', (await desk('list', ...of)).split(' ')[0] ?? '')).toContain(
      'no json',
    );
    expect(await desk('replay', ...of, '--all')).toContain('1 sent back');
    await expect.poll(() => service.countMessages('.dead'), { timeout: 10_000 }).toBe(1);
    expect(await desk('drop', ...of, '--all')).toContain('1 dropped');
    expect(await service.countMessages('.dead')).toBe(0);
  });
});
