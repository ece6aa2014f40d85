import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshMariaDatabase, freshPostgresDatabase } from '../support/databases.js';
import { wrongClock } from '../support/faketime.js';
import { type OwnRabbitMq, ownRabbitMq } from '../support/own-rabbitmq.js';
import { faultsOfOutage } from './broker-outage.js';
import { type OutboxHouse, openOutboxHouse } from './outbox-house.js';
import { rounds } from './rounds.js';

// A broker that dies, blocks, or knows us no more.

const PUBLISH = /^method 60\.40/;
const DATABASES = [
  ['PostgreSQL', freshPostgresDatabase],
  ['MariaDB', freshMariaDatabase],
] as const;
/** What workers say of it. */
const [BLOCKED, FAILED, LEFT] = ['the broker blocks publishers', 'publish failed', 'the broker connection was left'];
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

const announceAll = (house: OutboxHouse, subjects: number, each: number) =>
  Promise.all(Array.from({ length: subjects }, () => house.announce(randomUUID(), ...upTo(each))));
/** How often each worker has said so. */
const said = ({ workers }: OutboxHouse, what: string) =>
  workers.map((worker) => worker.logs().filter(({ msg }) => msg === what).length);
const sum = (counts: readonly number[]) => counts.reduce((all, one) => all + one, 0);

describe.each(DATABASES)('on %s', (_, database) => {
  it.each(rounds)(
    'FM-Q1 the broker is down under load: no request fails, nothing is lost, the first event comes within five seconds (round %i)',
    async (round) => {
      expect(await faultsOfOutage({ database, seconds: round === 1 ? 60 : 5, perSecond: 20 })).toEqual([]);
    },
  );

  describe('a broker of its own', () => {
    let broker: OwnRabbitMq;
    let house: OutboxHouse;

    beforeAll(async () => {
      broker = await ownRabbitMq();
      house = await openOutboxHouse({ database, broker: broker.url });
    }, 180_000);
    afterAll(async () => {
      await house?.close();
      await broker?.stop();
    });

    describe.each(rounds)('(round %i)', (round) => {
      it('FM-Q5 it is killed while it has many to confirm: all arrive when it runs again', async () => {
        for (const proxy of house.faults) proxy.blackhole('down');
        const underway = house.faults.map((proxy) => proxy.passing(PUBLISH, 10 + round));
        await announceAll(house, 50, 10);
        await Promise.any(underway);
        await broker.restart();
        for (const proxy of house.faults) proxy.pass();
        await house.listenAgain();
        expect(await house.verdict(90_000)).toEqual([]);
      });

      it('FM-Q3 it has no memory left: publishers pause, consumers go on, and all is sent when it has', async () => {
        await announceAll(house, 2, 2);
        expect(await house.verdict()).toEqual([]);
        const before = { blocked: sum(said(house, BLOCKED)), failed: sum(said(house, FAILED)) };
        await broker.control('set_vm_memory_high_watermark', '0.000001');
        await announceAll(house, 20, 5);
        // It says so to those who publish from then on.
        const blocked = async () => {
          await announceAll(house, 1, 1);
          return sum(said(house, BLOCKED));
        };
        await expect.poll(blocked, { timeout: 20_000, interval: 500 }).toBeGreaterThan(before.blocked);
        await sleep(round === 1 ? 8_000 : 2_000);
        expect(sum(said(house, FAILED)) - before.failed, 'no pile-up').toBeLessThan(150);
        await broker.control('set_vm_memory_high_watermark', 'absolute', '512MB');
        expect(await house.verdict()).toEqual([]);
      });

      it('FM-Q8 it knows us no more: called at most once a second, and all is sent when it does again', async () => {
        const known = sum(said(house, LEFT));
        await broker.control('change_password', 'guest', 'another');
        for (const proxy of house.faults) proxy.reset();
        await announceAll(house, 20, 2);
        await sleep(3_000);
        const seconds = round === 1 ? 10 : 4;
        const before = said(house, LEFT);
        await sleep(seconds * 1_000);
        const after = said(house, LEFT);
        for (const at of house.workers.keys())
          expect((after[at] ?? 0) - (before[at] ?? 0)).toBeLessThanOrEqual(seconds);
        expect(sum(after) - known, 'it is called, though').toBeGreaterThan(house.workers.length);
        await broker.control('change_password', 'guest', 'guest');
        expect(await house.verdict()).toEqual([]);
      });
    });
  });

  describe('two workers whose clocks are 90 s apart', () => {
    let house: OutboxHouse;

    beforeAll(async () => {
      house = await openOutboxHouse({ database, envOf: (at) => (at === 0 ? wrongClock('+90s') : {}) });
    }, 180_000);
    afterAll(() => house?.close());

    it.each(rounds)('FM-C2 they take nothing from each other (round %i)', async () => {
      const before = house.ears.events.length;
      for (const proxy of house.faults) proxy.delay(20);
      await announceAll(house, 20, 10);
      expect(await house.verdict()).toEqual([]);
      expect(house.ears.events.length - before, 'not one of them twice').toBe(200);
    });
  });
});
