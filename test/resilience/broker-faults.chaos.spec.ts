import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wrongClock } from '../support/faketime.js';
import { freshMariaDatabase, freshPostgresDatabase } from '../support/fresh-databases.js';
import { type LocalRabbitMq, startRabbitMq } from '../support/local-rabbitmq.js';
import { findBrokerOutageFaults } from './broker-outage.js';
import { type OutboxDeployment, startOutboxDeployment } from './outbox-deployment.js';
import { rounds } from './rounds.js';

// A broker that dies, blocks, or knows us no more.

const PUBLISH = /^method 60\.40/;
const DATABASES = [
  ['PostgreSQL', freshPostgresDatabase],
  ['MariaDB', freshMariaDatabase],
] as const;
/** What workers say of it. */
const [BLOCKED, FAILED, LEFT] = [
  'the broker blocks publishers',
  'publish failed',
  'broker connection lost: reconnecting after a pause',
];
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

const publishToAll = (deployment: OutboxDeployment, subjects: number, each: number) =>
  Promise.all(Array.from({ length: subjects }, () => deployment.publishEvents(randomUUID(), ...upTo(each))));
/** How often each worker has said so. */
const countLogLines = ({ workers }: OutboxDeployment, what: string) =>
  workers.map((worker) => worker.logs().filter(({ msg }) => msg === what).length);
const sumOf = (counts: readonly number[]) => counts.reduce((all, one) => all + one, 0);

describe.each(DATABASES)('on %s', (_, database) => {
  it.each(rounds)(
    'FM-Q1 the broker is down under load: no request fails, nothing is lost, the first event comes within five seconds (round %i)',
    async (round) => {
      expect(await findBrokerOutageFaults({ database, seconds: round === 1 ? 60 : 5, perSecond: 20 })).toEqual([]);
    },
  );

  describe('a broker of its own', () => {
    let broker: LocalRabbitMq;
    let deployment: OutboxDeployment;

    beforeAll(async () => {
      broker = await startRabbitMq();
      deployment = await startOutboxDeployment({ database, broker: broker.url });
    }, 180_000);
    afterAll(async () => {
      await deployment?.close();
      await broker?.stop();
    });

    describe.each(rounds)('(round %i)', (round) => {
      it('FM-Q5 it is killed while it has many to confirm: all arrive when it runs again', async () => {
        for (const proxy of deployment.proxies) proxy.blackhole('down');
        const underway = deployment.proxies.map((proxy) => proxy.waitForMessage(PUBLISH, 10 + round));
        await publishToAll(deployment, 50, 10);
        await Promise.any(underway);
        await broker.restart();
        for (const proxy of deployment.proxies) proxy.restore();
        await deployment.restartConsumer();
        expect(await deployment.findFaults(90_000)).toEqual([]);
      });

      it('FM-Q3 it has no memory left: publishers pause, consumers go on, and all is sent when it has', async () => {
        await publishToAll(deployment, 2, 2);
        expect(await deployment.findFaults()).toEqual([]);
        const before = {
          blocked: sumOf(countLogLines(deployment, BLOCKED)),
          failed: sumOf(countLogLines(deployment, FAILED)),
        };
        await broker.runRabbitmqctl('set_vm_memory_high_watermark', '0.000001');
        await publishToAll(deployment, 20, 5);
        // It says so to those who publish from then on.
        const blocked = async () => {
          await publishToAll(deployment, 1, 1);
          return sumOf(countLogLines(deployment, BLOCKED));
        };
        await expect.poll(blocked, { timeout: 20_000, interval: 500 }).toBeGreaterThan(before.blocked);
        await sleep(round === 1 ? 8_000 : 2_000);
        expect(sumOf(countLogLines(deployment, FAILED)) - before.failed, 'no pile-up').toBeLessThan(150);
        await broker.runRabbitmqctl('set_vm_memory_high_watermark', 'absolute', '512MB');
        expect(await deployment.findFaults()).toEqual([]);
      });

      it('FM-Q8 it knows us no more: called at most once a second, and all is sent when it does again', async () => {
        const known = sumOf(countLogLines(deployment, LEFT));
        await broker.runRabbitmqctl('change_password', 'guest', 'another');
        for (const proxy of deployment.proxies) proxy.reset();
        await publishToAll(deployment, 20, 2);
        await sleep(3_000);
        const seconds = round === 1 ? 10 : 4;
        const before = countLogLines(deployment, LEFT);
        await sleep(seconds * 1_000);
        const after = countLogLines(deployment, LEFT);
        for (const at of deployment.workers.keys())
          expect((after[at] ?? 0) - (before[at] ?? 0)).toBeLessThanOrEqual(seconds);
        expect(sumOf(after) - known, 'it is called, though').toBeGreaterThan(deployment.workers.length);
        await broker.runRabbitmqctl('change_password', 'guest', 'guest');
        expect(await deployment.findFaults()).toEqual([]);
      });
    });
  });

  describe('two workers whose clocks are 90 s apart', () => {
    let deployment: OutboxDeployment;

    beforeAll(async () => {
      deployment = await startOutboxDeployment({ database, envOf: (at) => (at === 0 ? wrongClock('+90s') : {}) });
    }, 180_000);
    afterAll(() => deployment?.close());

    it.each(rounds)('FM-C2 they take nothing from each other (round %i)', async () => {
      const before = deployment.consumer.events.length;
      for (const proxy of deployment.proxies) proxy.delay(20);
      await publishToAll(deployment, 20, 10);
      expect(await deployment.findFaults()).toEqual([]);
      expect(deployment.consumer.events.length - before, 'not one of them twice').toBe(200);
    });
  });
});
