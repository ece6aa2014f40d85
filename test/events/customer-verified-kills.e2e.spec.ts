import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasCrashed, willCrash } from '../chaos/crash.js';
import { FaultProxy } from '../chaos/fault-proxy.js';
import { rounds } from '../chaos/rounds.js';
import { type House, openHouse } from '../replicas/house.js';
import { logIn, register, stranger } from '../replicas/people.js';
import type { Program } from '../support/program.js';
import { type VerificationService, verificationService } from './verification-service.js';
import { customersOf, faultsOfKill, theOnly } from './verified-checks.js';

let house: House;
let service: VerificationService;
let one: Program;
let url: string;
/** Between the other worker and the broker. */
let way: FaultProxy;

beforeAll(async () => {
  house = await openHouse({
    runs: ['api', 'worker', 'worker'],
    broker: true,
    envOf: async (at, env) => {
      if (at < 2) return env;
      way = await FaultProxy.before(env['RABBITMQ_URL'] ?? '');
      return { RABBITMQ_URL: way.url };
    },
  });
  service = await verificationService(house.env['RABBITMQ_URL'] ?? '');
  [, one] = house.programs as [Program, Program];
  [url = ''] = house.urls;
}, 120_000);
afterAll(async () => {
  await service?.stop();
  await house?.close();
  await way?.stop();
});
afterEach(async () => {
  way.pass();
  if (!one.running) await one.restart();
});

/** The other worker hears nothing until its way is free again. */
async function oneListensAlone(): Promise<void> {
  way.refuse();
  await expect.poll(() => service.listeners(), { timeout: 10_000 }).toBe(1);
}

describe.each(rounds)('a worker dies over customer.verified.v1 (round %i)', () => {
  it.each([
    ['KP-I1', 'before its commit', 0],
    ['KP-I2', 'after its commit, before the acknowledgement', 1],
  ])('%s %s: the other one, or the next, has the effect once', async (point, _, customers) => {
    const person = stranger();
    const { attemptId } = await register(url, person);
    await oneListensAlone();
    await willCrash(one, point);
    await service.tell({ attemptId, email: person.email });
    await hasCrashed(one);
    expect(await customersOf(house, person.email)).toHaveLength(customers);
    way.pass();
    await Promise.all([one.restart(), theOnly(house, service, person.email)]);
    expect((await logIn(url, person)).status).toBe(200);
    expect(await service.waiting('.dead')).toBe(0);
  });

  it('KP-I1 while it waits for the database: nothing is lost', async () => {
    await oneListensAlone();
    expect(await faultsOfKill(house, service, one)).toEqual([]);
  });
});
