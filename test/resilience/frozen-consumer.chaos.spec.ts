import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findLivingCustomers, waitForCustomer } from '../e2e/registration/customer-verified-checks.js';
import { freshMariaDatabase, freshPostgresDatabase } from '../support/fresh-databases.js';
import type { Program } from '../support/program.js';
import { logIn, randomCredentials, register } from '../support/registration-requests.js';
import { connectTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';
import { connectVerificationService, type VerificationService } from '../support/verification-service.js';
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
  let deployment: TestDeployment;
  let service: VerificationService;
  let onlooker: TestDatabase;
  beforeAll(async () => {
    deployment = await startDeployment({
      roles: ['api', 'worker', 'worker'],
      broker: true,
      database: await database(),
    });
    service = await connectVerificationService(deployment.env['RABBITMQ_URL'] ?? '');
    onlooker = connectTestDatabase(deployment.env['DATABASE_URL'] ?? '');
  }, 120_000);
  afterAll(async () => {
    await onlooker?.end();
    await service?.stop();
    await deployment?.close();
  });

  describe.each(rounds)('FM-Q7 (round %i)', () => {
    it('a consumer that is frozen in the middle of its transactions: the other one has the effects, once, and the woken one does no harm', async () => {
      const [url = ''] = deployment.urls;
      const [, frozen, other] = deployment.programs as [Program, Program, Program];
      await other.kill();
      const people = Array.from({ length: 10 }, () => randomCredentials());
      const tickets = await Promise.all(people.map((person) => register(url, person)));
      await deployment.database.lock('customers');
      for (const [at, { email }] of people.entries())
        await service.publishVerified({ attemptId: tickets[at]?.attemptId ?? '', email });
      await expect.poll(() => transactions(onlooker, 'waiting'), { timeout: 5_000, interval: 150 }).toBeGreaterThan(0);
      process.kill(frozen.pid, 'SIGSTOP');
      await deployment.database.unlock();
      await expect.poll(() => transactions(onlooker, 'idle'), { timeout: 5_000, interval: 150 }).toBeGreaterThan(0);
      await other.restart();
      const begun = Date.now();
      for (const { email } of people) expect(await waitForCustomer(deployment, email, FROZEN_MS)).toBe(true);
      await sleep(Math.max(0, FROZEN_MS - (Date.now() - begun)));
      process.kill(frozen.pid, 'SIGCONT');
      await sleep(5_000);
      for (const person of people) {
        expect(await findLivingCustomers(deployment, person.email)).toHaveLength(1);
        expect((await logIn(url, person)).status).toBe(200);
      }
      const { rows } = await deployment.database.query(
        'select aggregate_id from outbox where type = $1 group by aggregate_id having count(*) > 1',
        ['customer.created.v1'],
      );
      expect(rows).toEqual([]);
      expect(await service.countMessages('.dead')).toBe(0);
    });
  });
});
