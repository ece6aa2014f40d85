import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { freshMariaDatabase, freshPostgresDatabase } from '../support/databases.js';
import { wrongClock } from '../support/faketime.js';
import { type OwnRabbitMq, ownRabbitMq } from '../support/own-rabbitmq.js';
import { faultsOfOutage } from './broker-outage.js';
import { type OutboxHouse, type OutboxHouseOptions, openOutboxHouse } from './outbox-house.js';
import { rounds } from './rounds.js';

// A broker that dies, blocks, or knows us no more.

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const DATABASES = [
  ['PostgreSQL', freshPostgresDatabase],
  ['MariaDB', freshMariaDatabase],
] as const;
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

async function open(o: OutboxHouseOptions): Promise<OutboxHouse> {
  const house = await openOutboxHouse(o);
  ends.push(() => house.close());
  return house;
}

async function brokerOfOurOwn(): Promise<OwnRabbitMq> {
  const broker = await ownRabbitMq();
  ends.push(() => broker.stop());
  return broker;
}

const announceAll = (house: OutboxHouse, subjects: number, each: number) =>
  Promise.all(Array.from({ length: subjects }, () => house.announce(randomUUID(), ...upTo(each))));

describe.each(DATABASES)('on %s', (_, database) => {
  it.each(rounds)(
    'FM-Q1 the broker is down under load: no request fails, nothing is lost, the first event comes within five seconds (round %i)',
    async (round) => {
      expect(await faultsOfOutage({ database, seconds: round === 1 ? 60 : 5, perSecond: 20 })).toEqual([]);
    },
  );

  it('FM-Q5 the broker is killed while it has many to confirm: all arrive when it runs again', async () => {
    const broker = await brokerOfOurOwn();
    const house = await open({ database, broker: broker.url });
    for (const proxy of house.faults) proxy.blackhole('down');
    await announceAll(house, 50, 10);
    await sleep(500);
    await broker.restart();
    for (const proxy of house.faults) proxy.pass();
    await house.listenAgain();
    expect(await house.verdict(90_000)).toEqual([]);
  });

  it('FM-C2 two workers whose clocks are 90 s apart take nothing from each other', async () => {
    const house = await open({ database, envOf: (at) => (at === 0 ? wrongClock('+90s') : {}) });
    for (const proxy of house.faults) proxy.delay(20);
    await announceAll(house, 20, 10);
    expect(await house.verdict()).toEqual([]);
    expect(house.ears.events, 'not one of them twice').toHaveLength(200);
  });
});

it('FM-Q3 the broker has no memory left: publishers pause, consumers go on, and all is sent when it has', async () => {
  const broker = await brokerOfOurOwn();
  const house = await open({ database: freshPostgresDatabase, broker: broker.url });
  await announceAll(house, 2, 2);
  expect(await house.verdict()).toEqual([]);
  await broker.control('set_vm_memory_high_watermark', '0.000001');
  await announceAll(house, 20, 5);
  await Promise.any(house.workers.map((worker) => worker.waitForOutput('the broker blocks publishers', 20_000)));
  await sleep(8_000);
  const tries = house.workers.flatMap((worker) => worker.logs()).filter(({ msg }) => msg === 'publish failed').length;
  expect(tries, 'no pile-up').toBeLessThan(150);
  await broker.control('set_vm_memory_high_watermark', 'absolute', '512MB');
  expect(await house.verdict()).toEqual([]);
});

it('FM-Q8 the broker knows us no more: called at most once a second, and all is sent when it does again', async () => {
  const broker = await brokerOfOurOwn();
  const house = await open({ database: freshPostgresDatabase, broker: broker.url, workers: 1 });
  await broker.control('change_password', 'guest', 'another');
  for (const proxy of house.faults) proxy.reset();
  await announceAll(house, 20, 2);
  await sleep(3_000);
  const [worker] = house.workers;
  const calls = () => worker?.logs().filter(({ msg }) => msg === 'the broker connection was left').length ?? 0;
  const before = calls();
  await sleep(10_000);
  expect(calls() - before).toBeLessThanOrEqual(10);
  expect(calls(), 'it is called, though').toBeGreaterThan(2);
  await broker.control('change_password', 'guest', 'guest');
  expect(await house.verdict()).toEqual([]);
});
