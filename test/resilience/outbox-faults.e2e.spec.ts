import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FreshDatabase, freshMariaDatabase, freshPostgresDatabase } from '../support/fresh-databases.js';
import type { Program } from '../support/program.js';
import { crashAt, waitForCrash } from './crash-injection.js';
import type { FaultProxy } from './fault-proxy.js';
import { type OutboxDeployment, startOutboxDeployment } from './outbox-deployment.js';
import { isChaosRun, rounds } from './rounds.js';

// Two workers relay one outbox, and whatever happens to them and to their broker: nothing lost, nothing out of order.

const PUBLISH = /^method 60\.40/;
const sequencesUpTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);
const randomSubjects = (count: number) => Array.from({ length: count }, () => randomUUID());

const ON: readonly (readonly [string, () => Promise<FreshDatabase>])[] = [
  ['PostgreSQL', freshPostgresDatabase],
  ...(isChaosRun ? ([['MariaDB', freshMariaDatabase]] as const) : []),
];

describe.each(ON)('the outbox on %s', (_, database) => {
  let deployment: OutboxDeployment;
  let one: Program;
  let peer: Program;
  let way: FaultProxy;

  beforeAll(async () => {
    deployment = await startOutboxDeployment({ database });
    [one, peer] = deployment.workers as [Program, Program];
    [way] = deployment.proxies as [FaultProxy];
  }, 180_000);
  afterAll(() => deployment?.close());
  afterEach(async () => {
    process.kill(peer.pid, 'SIGCONT');
    if (!one.running) await one.restart();
  });

  /** Nobody else is there to do it. */
  const peerSleeps = () => process.kill(peer.pid, 'SIGSTOP');
  /** And it has a connection that can be spoilt. */
  const oneAlone = async () => {
    peerSleeps();
    await announceAll(randomSubjects(1), 1);
    await deployment.waitUntilDrained();
  };
  const announceAll = (subjects: readonly string[], each: number) =>
    Promise.all(subjects.map((subject) => deployment.publishEvents(subject, ...sequencesUpTo(each))));

  describe.each(rounds)('(round %i)', (round) => {
    it.each([
      ['KP-O1', 'after it has leased'],
      ['KP-O2', 'after it has published, before the broker has confirmed'],
      ['KP-O3', 'after the broker has confirmed, before that is noted'],
    ])('%s a worker is killed %s: its peer sends what is left, all in order', async (point) => {
      peerSleeps();
      await crashAt(one, point);
      await announceAll(randomSubjects(5), 4);
      await waitForCrash(one);
      expect(await deployment.outboxDatabase.countDeliveries()).toBeGreaterThan(0);
      process.kill(peer.pid, 'SIGCONT');
      if (round !== 2) await deployment.expireLeases();
      expect(await deployment.findFaults()).toEqual([]);
    });

    it('RC-14 INV-10 INV-11 two workers at once, twenty aggregates', async () => {
      await announceAll(randomSubjects(20), 10);
      expect(await deployment.findFaults()).toEqual([]);
    });

    it('FM-Q2 the connection is cut between publish and confirm: sent again, by the same id', async () => {
      await oneAlone();
      const cut = way.cutAfter(PUBLISH, 1 + (round % 7));
      await announceAll(randomSubjects(5), 4);
      await cut.triggered;
      expect(await deployment.findFaults()).toEqual([]);
    });

    it('FM-Q2 replies are held back, then the connection is reset', async () => {
      await oneAlone();
      way.blackhole('down');
      const sent = way.waitForMessage(PUBLISH, 1 + (round % 5));
      await announceAll(randomSubjects(5), 4);
      await sent;
      way.reset();
      expect(await deployment.findFaults()).toEqual([]);
    });

    it('FM-Q4 the broker loses exchange and bindings: declared again, and what nobody could hear is kept', async () => {
      await deployment.deleteExchange();
      await announceAll(randomSubjects(5), 4);
      await deployment.waitUntilDrained();
      await deployment.rebindConsumer();
      await announceAll(randomSubjects(5), 4);
      expect(await deployment.findFaults()).toEqual([]);
    });

    it('FM-Q6 the way to the broker falls silent: left after five seconds, sent over another one', async () => {
      await oneAlone();
      way.blackholeCurrentConnections();
      const begun = performance.now();
      await announceAll(randomSubjects(5), 2);
      expect(await deployment.findFaults()).toEqual([]);
      const took = performance.now() - begun;
      expect(took).toBeGreaterThan(4_000);
      expect(took).toBeLessThan(20_000);
    });

    it('FM-H1 a worker is frozen while it sends: its peer takes over, and the woken one harms nothing', async () => {
      const subjects = randomSubjects(5);
      await oneAlone();
      way.delay(30);
      await announceAll(subjects, 4);
      const sent = () =>
        subjects.some((subject) => deployment.consumer.events.some((event) => event.subject === subject));
      await expect.poll(sent, { interval: 5, timeout: 10_000 }).toBe(true);
      process.kill(one.pid, 'SIGSTOP');
      process.kill(peer.pid, 'SIGCONT');
      await deployment.expireLeases();
      await deployment.waitUntilDrained();
      await announceAll(randomSubjects(2), 2);
      process.kill(one.pid, 'SIGCONT');
      await sleep(500);
      for (const subject of subjects) await deployment.publishEvents(subject, 5, 6);
      expect(await deployment.findFaults()).toEqual([]);
    });
  });

  it('M17 what commits late is sent, whatever was sent before', async () => {
    await deployment.publishInOpenTransaction(randomUUID(), 1, async () => {
      await announceAll(randomSubjects(3), 2);
      await deployment.outboxDatabase.replicas[0].findPendingPublishers(['rabbitmq']);
      await sleep(1_200);
    });
    expect(await deployment.findFaults()).toEqual([]);
  });
});
