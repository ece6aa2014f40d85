import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type VerificationService, verificationService } from '../events/verification-service.js';
import { becomesCustomer, customersOf } from '../events/verified-checks.js';
import { type House, openHouse } from '../replicas/house.js';
import { logIn, register, stranger } from '../replicas/people.js';
import type { Program } from '../support/program.js';
import { rounds } from './rounds.js';

/** The broker gives up on a consumer after two missed heartbeats of 10 s. */
const FROZEN_MS = 40_000;

let house: House;
let service: VerificationService;
beforeAll(async () => {
  house = await openHouse({ runs: ['api', 'worker', 'worker'], broker: true });
  service = await verificationService(house.env['RABBITMQ_URL'] ?? '');
}, 120_000);
afterAll(async () => {
  await service?.stop();
  await house?.close();
});

describe.each(rounds)('FM-Q7 (round %i)', () => {
  it('a consumer that is frozen over its messages: the other one has the effects, once, and the woken one does no harm', async () => {
    const [url = ''] = house.urls;
    const [, frozen, other] = house.programs as [Program, Program, Program];
    await other.kill();
    const people = Array.from({ length: 10 }, () => stranger());
    const tickets = await Promise.all(people.map((person) => register(url, person)));
    await house.database.lock('customers');
    for (const [at, { email }] of people.entries())
      await service.tell({ attemptId: tickets[at]?.attemptId ?? '', email });
    await sleep(300);
    process.kill(frozen.pid, 'SIGSTOP');
    await house.database.unlock();
    await other.restart();
    const begun = Date.now();
    for (const { email } of people) expect(await becomesCustomer(house, email, FROZEN_MS)).toBe(true);
    await sleep(Math.max(0, FROZEN_MS - (Date.now() - begun)));
    process.kill(frozen.pid, 'SIGCONT');
    await sleep(5_000);
    for (const person of people) {
      expect(await customersOf(house, person.email)).toHaveLength(1);
      expect((await logIn(url, person)).status).toBe(200);
    }
    const { rows } = await house.database.query(
      'select aggregate_id from outbox where type = $1 group by aggregate_id having count(*) > 1',
      ['customer.created.v1'],
    );
    expect(rows).toEqual([]);
    expect(await service.waiting('.dead')).toBe(0);
  });
});
