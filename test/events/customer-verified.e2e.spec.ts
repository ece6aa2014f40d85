import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rounds } from '../chaos/rounds.js';
import { type House, openHouse } from '../replicas/house.js';
import { activate, codeOf, customerIdOf, logIn, type Person, register, stranger } from '../replicas/people.js';
import { type Program, runProgram } from '../support/program.js';
import { type VerificationService, verificationService } from './verification-service.js';
import { customersOf, faultsOfRace, faultsOfRepetition, settled, theOnly } from './verified-checks.js';
import { endsIn, outcomeOf, type Pair, pair, told } from './verified-expiry.js';

let house: House;
let service: VerificationService;
let one: Program;
let other: Program;
let url: string;

beforeAll(async () => {
  // Every round signs in a dozen times.
  const env = { LIMIT_LOGINS_PER_SOURCE: 'off' };
  house = await openHouse({ runs: ['api', 'worker', 'worker'], broker: true, env });
  service = await verificationService(house.env['RABBITMQ_URL'] ?? '');
  [, one, other] = house.programs as [Program, Program, Program];
  [url = ''] = house.urls;
}, 120_000);
afterAll(async () => {
  await service?.stop();
  await house?.close();
});

const only = ({ email }: Person) => theOnly(house, service, email);
const attackerOf = ({ email }: Person): Person => ({ ...stranger(), email });
const log = (outcome: string) => (line: object) => 'outcome' in line && line.outcome === outcome;

const TIMES = rounds.flatMap((round) => [1, 3, 50].map((times) => ({ round, times })));

describe.each(TIMES)('customer.verified.v1, delivered $times times at once (round $round)', ({ times }) => {
  it('RC-08 FM-M1 with its attempt: that is the customer, with its password and never another’s', async () => {
    const person = stranger();
    const attacker = attackerOf(person);
    const ticket = await register(url, person);
    const [{ attemptId }, id] = [ticket, await customerIdOf(house, ticket)];
    await register(url, attacker);
    await service.tell({ attemptId, email: person.email }, times);
    expect(await only(person)).toMatchObject({ id, verified_by: 'event' });
    expect((await logIn(url, person)).status).toBe(200);
    expect((await logIn(url, attacker)).status).toBe(401);
  });

  it('RC-08 FM-M1 without one: a customer nobody has a password of, and every attempt is dead', async () => {
    const person = stranger();
    const attacker = attackerOf(person);
    await register(url, person);
    const ticket = await register(url, attacker);
    const code = await codeOf(house.mails, attacker, ticket);
    await service.tell({ email: person.email }, times);
    expect(await only(person)).toMatchObject({ id: await customerIdOf(house, ticket), verified_by: 'event' });
    expect((await activate(url, attacker, code)).status).toBe(401);
    for (const somebody of [person, attacker]) expect((await logIn(url, somebody)).status).toBe(401);
  });
});

describe.each(TIMES)(
  'customer.verified.v1, delivered $times times at the end of an attempt, an attacker’s beside it (round $round)',
  ({ times }) => {
    const tell = ({ person: { email }, attemptId }: Pair) => service.tell({ attemptId, email }, times);

    it('FM-M5 after it: nobody; and without the attempt: he, without a password', async () => {
      const his = await pair(house);
      await endsIn(house, his, 0);
      await told(house, async () => [await tell(his)]);
      expect(await outcomeOf(house, his, 'his')).toEqual({ isCustomer: false, faults: [] });
      await told(house, async () => [await service.tell({ email: his.person.email }, times)]);
      expect(await outcomeOf(house, his, 'none')).toEqual({ isCustomer: true, faults: [] });
    });

    it('FM-M5 before it and, when the receipt is over, after it: he, once', async () => {
      const his = await pair(house);
      await told(house, async () => [await tell(his)]);
      await endsIn(house, his, 0);
      await told(house, async () => [await tell(his)]);
      expect(await outcomeOf(house, his, 'his')).toEqual({ isCustomer: true, faults: [] });
    });

    it('FM-M5 in that moment: he or nobody, never the attacker', async () => {
      const lives = [0, 10, 20, 40, 80, 160, 5_000];
      const pairs = await Promise.all(lives.map(() => pair(house)));
      await Promise.all(pairs.map((his, at) => endsIn(house, his, lives[at] ?? 0)));
      await told(house, () => Promise.all(pairs.map(tell)));
      const outcomes = await Promise.all(pairs.map((his) => outcomeOf(house, his, 'his')));
      expect(outcomes.flatMap(({ faults }) => faults)).toEqual([]);
      expect([outcomes.at(0), outcomes.at(-1)]).toMatchObject([{ isCustomer: false }, { isCustomer: true }]);
    });

    it('FM-M5 while he is let in: what was good when it was read is good', async () => {
      const his = await pair(house);
      await told(house, async () => {
        await house.database.lock('customers');
        const event = await tell(his);
        await sleep(500);
        await endsIn(house, his, 0);
        await house.database.unlock();
        return [event];
      });
      expect(await outcomeOf(house, his, 'his')).toEqual({ isCustomer: true, faults: [] });
    });
  },
);

describe.each(rounds)('customer.verified.v1 (round %i)', () => {
  it('RC-08 races with the code: both are right, one customer', async () => {
    for (let n = 0; n < 5; n++) expect(await faultsOfRace(house, service)).toEqual([]);
    await settled(service);
    const { rows } = await house.database.query(
      'select aggregate_id from outbox where type = $1 group by aggregate_id having count(*) > 1',
      ['customer.created.v1'],
    );
    expect(rows).toEqual([]);
  });

  it('FM-M1 comes again after he has left: he stays away', async () => {
    expect(await faultsOfRepetition(house, service)).toEqual([]);
  });
});

describe('customer.verified.v1 that says nothing of now', () => {
  /** By both workers. */
  const counted = async (outcome: string): Promise<number> => {
    const line = new RegExp(`^customer_verifications_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm');
    const figures = await Promise.all([one, other].map((worker) => worker.request('GET', '/metrics')));
    return figures.reduce((sum, { text }) => sum + Number(line.exec(text)?.[1] ?? 0), 0);
  };
  const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

  it.each<[string, string, () => { attemptId?: string; verifiedAt?: string }]>([
    ['an attempt nobody knows', 'unknown', () => ({ attemptId: randomUUID() })],
    ['a moment that is to come', 'in_the_future', () => ({ verifiedAt: inAnHour() })],
    ['a moment of long ago', 'too_old', () => ({ verifiedAt: '2026-01-01T00:00:00Z' })],
  ])('FM-M5 %s: acknowledged, counted, logged without the address, nobody let in', async (_, outcome, data) => {
    const person = stranger();
    await register(url, person);
    const before = await counted(outcome);
    await service.tell({ email: person.email, ...data() });
    await settled(service);
    await Promise.any([one, other].map((worker) => worker.waitForLog(log(outcome), 5_000)));
    expect(await customersOf(house, person.email)).toEqual([]);
    const outputs = [one, other].map((worker) => worker.output()).join('\n');
    expect(outputs).not.toContain(person.email);
    expect(await counted(outcome)).toBe(before + 1);
  });

  it('an attempt that was made after it is not what was confirmed', async () => {
    const person = stranger();
    const verifiedAt = new Date().toISOString();
    await sleep(20);
    const { attemptId } = await register(url, person);
    await service.tell({ attemptId, email: person.email, verifiedAt });
    await settled(service);
    expect(await customersOf(house, person.email)).toEqual([]);
  });

  it('FM-M3 FM-M4 what cannot be read is a dead letter, which an operator sees, sends back and drops', async () => {
    const desk = async (...args: string[]): Promise<string> => {
      const { code, output } = await runProgram({
        entry: 'dist/apps/server/src/dead-letters.js',
        args,
        env: house.env,
      });
      expect(code, output).toBe(0);
      return output;
    };
    const of = ['--of', 'registration.customer.verified.v1'];
    await service.send('no json');
    await expect.poll(() => service.waiting('.dead'), { timeout: 10_000 }).toBe(1);
    expect(await desk()).toContain('registration.customer.verified.v1: 1');
    expect(await desk('list', ...of)).toMatch(/not_json {2}malformed/);
    expect(await desk('show', ...of, '--message', (await desk('list', ...of)).split(' ')[0] ?? '')).toContain(
      'no json',
    );
    expect(await desk('replay', ...of, '--all')).toContain('1 sent back');
    await expect.poll(() => service.waiting('.dead'), { timeout: 10_000 }).toBe(1);
    expect(await desk('drop', ...of, '--all')).toContain('1 dropped');
    expect(await service.waiting('.dead')).toBe(0);
  });
});
