import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FreshDatabase, freshMariaDatabase, freshPostgresDatabase } from '../support/databases.js';
import type { Program } from '../support/program.js';
import { hasCrashed, willCrash } from './crash.js';
import type { FaultProxy } from './fault-proxy.js';
import { type OutboxHouse, openOutboxHouse } from './outbox-house.js';
import { isChaos, rounds } from './rounds.js';

// Two workers relay one outbox, and whatever happens to them and to their broker: nothing lost, nothing out of order.

const PUBLISH = /^method 60\.40/;
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);
const some = (count: number) => Array.from({ length: count }, () => randomUUID());

const ON: readonly (readonly [string, () => Promise<FreshDatabase>])[] = [
  ['PostgreSQL', freshPostgresDatabase],
  ...(isChaos ? ([['MariaDB', freshMariaDatabase]] as const) : []),
];

describe.each(ON)('the outbox on %s', (_, database) => {
  let house: OutboxHouse;
  let one: Program;
  let peer: Program;
  let way: FaultProxy;

  beforeAll(async () => {
    house = await openOutboxHouse({ database });
    [one, peer] = house.workers as [Program, Program];
    [way] = house.faults as [FaultProxy];
  }, 180_000);
  afterAll(() => house?.close());
  afterEach(async () => {
    process.kill(peer.pid, 'SIGCONT');
    if (!one.running) await one.restart();
  });

  /** Nobody else is there to do it. */
  const peerSleeps = () => process.kill(peer.pid, 'SIGSTOP');
  /** And it has a connection that can be spoilt. */
  const oneAlone = async () => {
    peerSleeps();
    await announceAll(some(1), 1);
    await house.drained();
  };
  const announceAll = (subjects: readonly string[], each: number) =>
    Promise.all(subjects.map((subject) => house.announce(subject, ...upTo(each))));

  describe.each(rounds)('(round %i)', (round) => {
    it.each([
      ['KP-O1', 'after it has leased'],
      ['KP-O2', 'after it has published, before the broker has confirmed'],
      ['KP-O3', 'after the broker has confirmed, before that is noted'],
    ])('%s a worker is killed %s: its peer sends what is left, all in order', async (point) => {
      peerSleeps();
      await willCrash(one, point);
      await announceAll(some(5), 4);
      await hasCrashed(one);
      expect(await house.under.countDeliveries()).toBeGreaterThan(0);
      process.kill(peer.pid, 'SIGCONT');
      if (round !== 2) await house.leasesEnd();
      expect(await house.verdict()).toEqual([]);
    });

    it('RC-14 INV-10 INV-11 two workers at once, twenty aggregates', async () => {
      await announceAll(some(20), 10);
      expect(await house.verdict()).toEqual([]);
    });

    it('FM-Q2 the connection is cut between publish and confirm: sent again, by the same id', async () => {
      await oneAlone();
      const cut = way.cutAfter(PUBLISH, 1 + (round % 7));
      await announceAll(some(5), 4);
      await cut.fallen;
      expect(await house.verdict()).toEqual([]);
    });

    it('FM-Q2 replies are held back, then the connection is reset', async () => {
      await oneAlone();
      way.blackhole('down');
      const sent = way.passing(PUBLISH, 1 + (round % 5));
      await announceAll(some(5), 4);
      await sent;
      way.reset();
      expect(await house.verdict()).toEqual([]);
    });

    it('FM-Q4 the broker loses exchange and bindings: declared again, and what nobody could hear is kept', async () => {
      await house.loseExchange();
      await announceAll(some(5), 4);
      await house.drained();
      await house.findAgain();
      await announceAll(some(5), 4);
      expect(await house.verdict()).toEqual([]);
    });

    it('FM-Q6 the way to the broker falls silent: left after five seconds, sent over another one', async () => {
      await oneAlone();
      way.forgetConnections();
      const begun = performance.now();
      await announceAll(some(5), 2);
      expect(await house.verdict()).toEqual([]);
      const took = performance.now() - begun;
      expect(took).toBeGreaterThan(4_000);
      expect(took).toBeLessThan(20_000);
    });

    it('FM-H1 a worker is frozen while it sends: its peer takes over, and the woken one harms nothing', async () => {
      const subjects = some(5);
      await oneAlone();
      way.delay(30);
      await announceAll(subjects, 4);
      const sent = () => subjects.some((subject) => house.ears.events.some((event) => event.subject === subject));
      await expect.poll(sent, { interval: 5, timeout: 10_000 }).toBe(true);
      process.kill(one.pid, 'SIGSTOP');
      process.kill(peer.pid, 'SIGCONT');
      await house.leasesEnd();
      await house.drained();
      await announceAll(some(2), 2);
      process.kill(one.pid, 'SIGCONT');
      await sleep(500);
      for (const subject of subjects) await house.announce(subject, 5, 6);
      expect(await house.verdict()).toEqual([]);
    });
  });

  it('M17 what commits late is sent, whatever was sent before', async () => {
    await house.announceSlowly(randomUUID(), 1, async () => {
      await announceAll(some(3), 2);
      await house.under.replicas[0].findPendingPublishers(['rabbitmq']);
      await sleep(1_200);
    });
    expect(await house.verdict()).toEqual([]);
  });
});
