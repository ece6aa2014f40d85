import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Arrival } from '#kernel';
import {
  DONE,
  EventSourceFixture,
  type EventSourceUnderTest,
  type ReceivedMessage,
  RecordingSubscription,
} from '../testing/event-source-fixture.js';
import { MAX_IN_FLIGHT, type MessageDisposition } from './event-source.js';

/** The contract of every `EventSource`, based on the subscriber part of Watermill's test list. */
export function eventSourceContract(name: string, openBroker: () => Promise<EventSourceUnderTest>): void {
  describe(`${name} (EventSource contract)`, { timeout: 30_000 }, () => {
    let broker: EventSourceUnderTest;
    let fixture: EventSourceFixture;

    beforeEach(async () => {
      broker = await openBroker();
      fixture = new EventSourceFixture(broker);
    });
    afterEach(async () => {
      await fixture.close();
      await broker.drop();
    });

    it.each<Arrival>(['events', 'inbound'])(
      'delivers a message from %s unchanged as the first attempt',
      async (from) => {
        const subscription = new RecordingSubscription(from);
        expect(fixture.open(subscription).name).toMatch(/^[a-z]+$/);
        await fixture.waitUntilReady(subscription);
        const text = JSON.stringify({ text: 'é ß 漢字 🔑 \u0000 \u2028 "\\' });
        const before = Date.now();
        await fixture.send(subscription, text);
        await fixture.waitForMessages(subscription, 1);
        expect(subscription.received[0]).toMatchObject({ text, attempt: 1 });
        expect(subscription.received[0]?.since).toBeGreaterThanOrEqual(before - 1_000);
        expect(subscription.received[0]?.since).toBeLessThanOrEqual(Date.now() + 1_000);
      },
    );

    it('does not deliver messages of another type', async () => {
      const subscription = new RecordingSubscription();
      fixture.open(subscription);
      await fixture.waitUntilReady(subscription);
      await broker.send('events', { id: randomUUID(), type: 'test.other.v1', payload: '{}' });
      await fixture.send(subscription, 'mine');
      await fixture.waitForMessages(subscription, 1);
      expect(subscription.texts).toEqual(['mine']);
    });

    it('delivers a thousand messages in order', async () => {
      const subscription = new RecordingSubscription();
      fixture.open(subscription);
      await fixture.waitUntilReady(subscription);
      const texts = Array.from({ length: 1_000 }, (_, n) => String(n));
      for (const text of texts) await fixture.send(subscription, text);
      await fixture.waitForMessages(subscription, 1_000, 20_000);
      expect(subscription.texts).toEqual(texts);
    });

    it(`handles at most ${MAX_IN_FLIGHT} messages of one subscription concurrently`, async () => {
      const subscription = new RecordingSubscription();
      subscription.onMessage = () => sleep(50, DONE);
      fixture.open(subscription);
      await fixture.waitUntilReady(subscription);
      await Promise.all(Array.from({ length: 100 }, (_, n) => fixture.send(subscription, String(n))));
      await fixture.waitForMessages(subscription, 100);
      expect(subscription.maxInFlight).toBeGreaterThan(1);
      expect(subscription.maxInFlight).toBeLessThanOrEqual(MAX_IN_FLIGHT);
    });

    it('does not delay other subscriptions behind a slow one', async () => {
      const [slow, quick] = [new RecordingSubscription(), new RecordingSubscription()];
      fixture.open(slow, quick);
      await fixture.waitUntilReady(slow, quick);
      slow.onMessage = () => sleep(2_000, DONE);
      for (let n = 0; n < 2 * MAX_IN_FLIGHT; n++) void fixture.send(slow, String(n)).catch(() => undefined);
      await fixture.waitForMessages(slow, MAX_IN_FLIGHT);
      const begun = performance.now();
      await fixture.send(quick, 'quick');
      await fixture.waitForMessages(quick, 1);
      expect(performance.now() - begun).toBeLessThan(1_500);
    });

    it('redelivers after the delay, as another attempt only if it counts', async () => {
      const subscription = new RecordingSubscription();
      fixture.open(subscription);
      await fixture.waitUntilReady(subscription);
      const dispositions: MessageDisposition[] = [
        { is: 'again', afterMs: 300, counts: true },
        { is: 'again', afterMs: 300, counts: false },
      ];
      subscription.onMessage = ({ text }) => (text === 'bad' ? (dispositions.shift() ?? DONE) : DONE);
      await Promise.all([fixture.send(subscription, 'bad'), fixture.send(subscription, 'next')]);
      await fixture.waitForMessages(subscription, 4);
      const [first, second, third] = subscription.received.filter(({ text }) => text === 'bad') as [
        ReceivedMessage,
        ReceivedMessage,
        ReceivedMessage,
      ];
      expect([first.attempt, second.attempt, third.attempt]).toEqual([1, 2, 2]);
      expect([second.since, third.since]).toEqual([first.since, first.since]);
      for (const [earlier, later] of [[first, second] as const, [second, third] as const]) {
        expect(later.receivedAt - earlier.receivedAt).toBeGreaterThanOrEqual(295);
        expect(later.receivedAt - earlier.receivedAt).toBeLessThan(3_000);
      }
      expect(subscription.texts.indexOf('next'), 'it does not delay others').toBeLessThan(
        subscription.texts.lastIndexOf('bad'),
      );
    });

    it('redelivers a message when the handler rejects', async () => {
      const subscription = new RecordingSubscription();
      fixture.open(subscription);
      await fixture.waitUntilReady(subscription);
      subscription.onMessage = ({ attempt }) => (attempt === 1 ? Promise.reject(new Error('it fails')) : DONE);
      await fixture.send(subscription, 'bad');
      await fixture.waitForMessages(subscription, 2);
      expect(subscription.received[1]?.attempt).toBe(2);
    });

    it('does not redeliver a dead letter, counts it and continues [FM-M3]', async () => {
      const subscription = new RecordingSubscription();
      const source = fixture.open(subscription);
      await fixture.waitUntilReady(subscription);
      subscription.onMessage = ({ text }) =>
        text === 'bad' ? { is: 'dead', reason: 'not_json', detail: 'malformed' } : DONE;
      await fixture.send(subscription, 'bad');
      await fixture.send(subscription, 'next');
      await fixture.waitForMessages(subscription, 2);
      await expect.poll(() => source.countDeadLetters()).toBe(1);
      await sleep(300);
      expect(subscription.texts).toEqual(['bad', 'next']);
    });

    it('finishes messages being handled when it is closed, and receives no new ones', async () => {
      const subscription = new RecordingSubscription();
      const source = fixture.open(subscription);
      await fixture.waitUntilReady(subscription);
      let finished = false;
      subscription.onMessage = () =>
        sleep(500).then((): MessageDisposition => {
          finished = true;
          return DONE;
        });
      const sent = fixture.send(subscription, 'last');
      await fixture.waitForMessages(subscription, 1);
      await source.close();
      expect(finished).toBe(true);
      await sent;
      await fixture.send(subscription, 'later').catch(() => undefined);
      await sleep(200);
      expect(subscription.texts).toEqual(['last']);
      await source.close();
    });

    it('delivers released and unsettled messages to the next consumer', async () => {
      const subscription = new RecordingSubscription();
      const first = fixture.open(subscription);
      await fixture.waitUntilReady(subscription);
      subscription.onMessage = () => ({ is: 'release' });
      const sent = [fixture.send(subscription, 'a'), fixture.send(subscription, 'b')];
      const closed = expect
        .poll(() => subscription.received.length)
        .toBeGreaterThanOrEqual(2)
        .then(() => first.close());
      const outcomes = await Promise.allSettled(sent);
      await closed;
      subscription.onMessage = () => DONE;
      subscription.received.length = 0;
      fixture.open(subscription);
      // Without a queue, the publisher keeps the message and delivers it again.
      if (!broker.durable) {
        expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
        return;
      }
      await fixture.waitForMessages(subscription, 2);
      expect(subscription.texts.toSorted()).toEqual(['a', 'b']);
    });

    it('delivers each message once to consumers that share a queue', async () => {
      const subscription = new RecordingSubscription();
      fixture.open(subscription);
      await fixture.waitUntilReady(subscription);
      if (!broker.durable) return; // a single process
      fixture.open(subscription);
      await sleep(500);
      for (let n = 0; n < 100; n++) await fixture.send(subscription, String(n));
      await fixture.waitForMessages(subscription, 100);
      await sleep(200);
      expect(new Set(subscription.texts).size).toBe(100);
      expect(subscription.received).toHaveLength(100);
    });

    it('delivers messages that arrived while nothing was listening', async () => {
      const subscription = new RecordingSubscription();
      const first = fixture.open(subscription);
      await fixture.waitUntilReady(subscription);
      await first.close();
      if (!broker.durable) return; // the outbox keeps the events
      await fixture.send(subscription, 'early');
      await sleep(100);
      fixture.open(subscription);
      await fixture.waitForMessages(subscription, 1);
      expect(subscription.texts).toEqual(['early']);
    });
  });
}
