import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TcpProxy } from '../testing/tcp-proxy.js';
import { buildEnvelope, type EventPublisherUnderTest } from './event-publisher.contract.js';
import type { EventEnvelope, EventPublisher } from './event-publisher.js';

export interface RemoteEventPublisherUnderTest extends Omit<EventPublisherUnderTest, 'publisher'> {
  /** The proxy in front of the receiver. */
  readonly proxy: TcpProxy;
  /** Opens another publisher, as another process or a restart would. */
  createPublisher(): EventPublisher;
}

/** The contract of every `EventPublisher` whose receiver can be unavailable, slow or silent. */
export function remoteEventPublisherContract(name: string, open: () => Promise<RemoteEventPublisherUnderTest>): void {
  describe(`${name} with a remote receiver`, () => {
    let under: RemoteEventPublisherUnderTest;
    let publisher: EventPublisher;

    beforeAll(async () => {
      under = await open();
    });
    beforeEach(async () => {
      publisher = under.createPublisher();
      await publisher.publish(buildEnvelope());
    });
    afterEach(async () => {
      under.proxy.setRefuseConnections(false);
      await publisher.close();
    });
    afterAll(() => under.drop());

    const receivedOf = (events: readonly EventEnvelope[]) => {
      const wanted = new Set(events.map(({ id }) => id));
      return under.received().filter(({ id }) => wanted.has(id));
    };
    const receivedIds = (events: readonly EventEnvelope[]) => [...new Set(receivedOf(events).map(({ id }) => id))];
    const expectReceived = (events: readonly EventEnvelope[]) =>
      expect.poll(() => receivedIds(events).length, { timeout: 15_000 }).toBe(events.length);
    /** Retries until the event is published, like the relay. */
    const publishUntilAccepted = (event: EventEnvelope) =>
      expect
        .poll(() => publisher.publish(event).then(() => 'taken', String), { timeout: 20_000, interval: 20 })
        .toBe('taken');
    const disconnect = () => {
      under.proxy.setRefuseConnections(true);
      under.proxy.closeConnections();
    };

    it('fails without a hot loop while the receiver is unavailable and publishes after it recovers [FM-Q1]', async () => {
      disconnect();
      const event = buildEnvelope();
      await expect(publisher.publish(event)).rejects.toThrow();
      await expect(publisher.check()).rejects.toThrow();
      const before = under.proxy.refusedConnections;
      for (const end = performance.now() + 2_000; performance.now() < end; await sleep(5))
        await publisher.publish(event).catch(() => undefined);
      expect(under.proxy.refusedConnections - before).toBeLessThan(20);
      under.proxy.setRefuseConnections(false);
      await publishUntilAccepted(event);
      await publisher.check();
      await expectReceived([event]);
    });

    it('fails when the confirmation is lost and publishes again with the same id [KP-O2 FM-Q2]', async () => {
      const event = buildEnvelope();
      under.proxy.dropResponses();
      const outcome = publisher.publish(event).then(() => 'taken', String);
      await sleep(500);
      under.proxy.closeConnections();
      expect(await outcome).not.toBe('taken');
      await publishUntilAccepted(event);
      await expectReceived([event]);
      expect(receivedOf([event]).length).toBeLessThanOrEqual(under.copiesAfterRepublish ?? 2);
    });

    it('fails within ten seconds when the receiver is silent and publishes over a new connection [FM-Q6]', async () => {
      under.proxy.freezeConnections();
      const event = buildEnvelope();
      const start = performance.now();
      await expect(publisher.publish(event)).rejects.toThrow();
      expect(performance.now() - start).toBeLessThan(10_500);
      await publishUntilAccepted(event);
      await expectReceived([event]);
    });

    it('loses nothing and keeps every aggregate in order across repeated disconnects [INV-10]', async () => {
      const runs = Array.from({ length: 10 }, () => {
        const subject = randomUUID();
        return Array.from({ length: 20 }, (_, n) => buildEnvelope({ subject, sequence: n + 1 }));
      });
      let taken = 0;
      await Promise.all(
        runs.map(async (run) => {
          for (const event of run) {
            await publishUntilAccepted(event);
            if (++taken % 15 === 0) under.proxy.closeConnections();
          }
        }),
      );
      await expectReceived(runs.flat());
      for (const run of runs) expect(receivedIds(run)).toEqual(run.map(({ id }) => id));
    });

    it('rejects events after close, and another publisher takes them', async () => {
      await publisher.close();
      const event = buildEnvelope();
      await expect(publisher.publish(event)).rejects.toThrow();
      publisher = under.createPublisher();
      await publisher.publish(event);
      await expectReceived([event]);
    });

    it('publishes from two publishers concurrently', async () => {
      const other = under.createPublisher();
      const events = Array.from({ length: 50 }, () => buildEnvelope());
      await Promise.all(events.map((event, n) => (n % 2 ? other : publisher).publish(event)));
      await expectReceived(events);
      await other.close();
    });
  });
}
