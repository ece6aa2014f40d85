import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type VerificationService, verificationService } from '../events/verification-service.js';
import { becomesCustomer, customersOf } from '../events/verified-checks.js';
import { type House, openHouse } from '../replicas/house.js';
import { logIn, register, stranger } from '../replicas/people.js';
import { freshMariaDatabase, freshPostgresDatabase } from '../support/databases.js';
import type { Program } from '../support/program.js';
import { connectTo, type TestDatabase } from '../support/test-database.js';
import { rounds } from './rounds.js';

/** The broker gives up on a consumer after two missed heartbeats of 10 s. */
const FROZEN_MS = 40_000;

/**
 * How many transactions wait for a lock, and how many are open while nobody says anything in them. MariaDB looks again for
 * who has not asked for 100 ms only.
 */
const TRANSACTIONS = {
  postgres: `select count(*) filter (where wait_event_type = 'Lock') as waiting,
      count(*) filter (where state = 'idle in transaction') as idle
    from pg_stat_activity where datname = current_database()`,
  mariadb: `select coalesce(sum(p.state like 'Waiting for table%'), 0) as waiting, coalesce(sum(p.command = 'Sleep'), 0) as idle
    from information_schema.innodb_trx t join information_schema.processlist p on p.id = t.trx_mysql_thread_id
    where p.db = database()`,
};
async function transactions(database: TestDatabase, which: 'waiting' | 'idle'): Promise<number> {
  const { rows } = await database.query<Record<typeof which, string>>(TRANSACTIONS[database.kind]);
  return Number(rows[0]?.[which]);
}

describe.each([
  ['PostgreSQL', freshPostgresDatabase],
  ['MariaDB', freshMariaDatabase],
] as const)('consumers on %s', (_, database) => {
  let house: House;
  let service: VerificationService;
  let onlooker: TestDatabase;
  beforeAll(async () => {
    house = await openHouse({ runs: ['api', 'worker', 'worker'], broker: true, database: await database() });
    service = await verificationService(house.env['RABBITMQ_URL'] ?? '');
    onlooker = connectTo(house.env['DATABASE_URL'] ?? '');
  }, 120_000);
  afterAll(async () => {
    await onlooker?.end();
    await service?.stop();
    await house?.close();
  });

  describe.each(rounds)('FM-Q7 (round %i)', () => {
    it('a consumer that is frozen in the middle of its transactions: the other one has the effects, once, and the woken one does no harm', async () => {
      const [url = ''] = house.urls;
      const [, frozen, other] = house.programs as [Program, Program, Program];
      await other.kill();
      const people = Array.from({ length: 10 }, () => stranger());
      const tickets = await Promise.all(people.map((person) => register(url, person)));
      await house.database.lock('customers');
      for (const [at, { email }] of people.entries())
        await service.tell({ attemptId: tickets[at]?.attemptId ?? '', email });
      await expect.poll(() => transactions(onlooker, 'waiting'), { timeout: 5_000, interval: 150 }).toBeGreaterThan(0);
      process.kill(frozen.pid, 'SIGSTOP');
      await house.database.unlock();
      await expect.poll(() => transactions(onlooker, 'idle'), { timeout: 5_000, interval: 150 }).toBeGreaterThan(0);
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
});
