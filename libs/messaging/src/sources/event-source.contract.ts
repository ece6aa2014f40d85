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

/** What every `EventSource` must do: Watermill's list, from the side of those who listen. */
export function eventSourceContract(name: string, openBroker: () => Promise<EventSourceUnderTest>): void {
  describe(`${name} is an EventSource`, { timeout: 30_000 }, () => {
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
      'hands over what comes from %s, unchanged, as the first attempt',
      async (from) => {
        const one = new RecordingSubscription(from);
        expect(fixture.open(one).name).toMatch(/^[a-z]+$/);
        await fixture.waitUntilReady(one);
        const text = JSON.stringify({ text: 'é ß 漢字 🔑 \u0000 \u2028 "\\' });
        const before = Date.now();
        await fixture.send(one, text);
        await fixture.waitForMessages(one, 1);
        expect(one.received[0]).toMatchObject({ text, attempt: 1 });
        expect(one.received[0]?.since).toBeGreaterThanOrEqual(before - 1_000);
        expect(one.received[0]?.since).toBeLessThanOrEqual(Date.now() + 1_000);
      },
    );

    it('hands over nothing of another type', async () => {
      const one = new RecordingSubscription();
      fixture.open(one);
      await fixture.waitUntilReady(one);
      await broker.send('events', { id: randomUUID(), type: 'test.other.v1', payload: '{}' });
      await fixture.send(one, 'mine');
      await fixture.waitForMessages(one, 1);
      expect(one.texts).toEqual(['mine']);
    });

    it('hands a thousand over in order', async () => {
      const one = new RecordingSubscription();
      fixture.open(one);
      await fixture.waitUntilReady(one);
      const texts = Array.from({ length: 1_000 }, (_, n) => String(n));
      for (const text of texts) await fixture.send(one, text);
      await fixture.waitForMessages(one, 1_000, 20_000);
      expect(one.texts).toEqual(texts);
    });

    it(`has at most ${MAX_IN_FLIGHT} of one subscription handled at once`, async () => {
      const one = new RecordingSubscription();
      one.onMessage = () => sleep(50, DONE);
      fixture.open(one);
      await fixture.waitUntilReady(one);
      await Promise.all(Array.from({ length: 100 }, (_, n) => fixture.send(one, String(n))));
      await fixture.waitForMessages(one, 100);
      expect(one.maxInFlight).toBeGreaterThan(1);
      expect(one.maxInFlight).toBeLessThanOrEqual(MAX_IN_FLIGHT);
    });

    it('a slow subscription holds up no other', async () => {
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

    it('again: hands it over after the pause, as another attempt only if that counts', async () => {
      const one = new RecordingSubscription();
      fixture.open(one);
      await fixture.waitUntilReady(one);
      const verdicts: MessageDisposition[] = [
        { is: 'again', afterMs: 300, counts: true },
        { is: 'again', afterMs: 300, counts: false },
      ];
      one.onMessage = ({ text }) => (text === 'bad' ? (verdicts.shift() ?? DONE) : DONE);
      await Promise.all([fixture.send(one, 'bad'), fixture.send(one, 'next')]);
      await fixture.waitForMessages(one, 4);
      const [first, second, third] = one.received.filter(({ text }) => text === 'bad') as [
        ReceivedMessage,
        ReceivedMessage,
        ReceivedMessage,
      ];
      expect([first.attempt, second.attempt, third.attempt]).toEqual([1, 2, 2]);
      expect([second.since, third.since]).toEqual([first.since, first.since]);
      for (const [one, broker] of [[first, second] as const, [second, third] as const]) {
        expect(broker.receivedAt - one.receivedAt).toBeGreaterThanOrEqual(295);
        expect(broker.receivedAt - one.receivedAt).toBeLessThan(3_000);
      }
      expect(one.texts.indexOf('next'), 'nobody waits for it').toBeLessThan(one.texts.lastIndexOf('bad'));
    });

    it('a handler that rejects gets it again', async () => {
      const one = new RecordingSubscription();
      fixture.open(one);
      await fixture.waitUntilReady(one);
      one.onMessage = ({ attempt }) => (attempt === 1 ? Promise.reject(new Error('it fails')) : DONE);
      await fixture.send(one, 'bad');
      await fixture.waitForMessages(one, 2);
      expect(one.received[1]?.attempt).toBe(2);
    });

    it('FM-M3 dead: hands it over no more, counts it, and goes on', async () => {
      const one = new RecordingSubscription();
      const source = fixture.open(one);
      await fixture.waitUntilReady(one);
      one.onMessage = ({ text }) => (text === 'bad' ? { is: 'dead', reason: 'not_json', detail: 'malformed' } : DONE);
      await fixture.send(one, 'bad');
      await fixture.send(one, 'next');
      await fixture.waitForMessages(one, 2);
      await expect.poll(() => source.countDeadLetters()).toBe(1);
      await sleep(300);
      expect(one.texts).toEqual(['bad', 'next']);
    });

    it('finishes what is being handled when it is closed, and takes nothing new', async () => {
      const one = new RecordingSubscription();
      const source = fixture.open(one);
      await fixture.waitUntilReady(one);
      let finished = false;
      one.onMessage = () =>
        sleep(500).then((): MessageDisposition => {
          finished = true;
          return DONE;
        });
      const sent = fixture.send(one, 'last');
      await fixture.waitForMessages(one, 1);
      await source.close();
      expect(finished).toBe(true);
      await sent;
      await fixture.send(one, 'later').catch(() => undefined);
      await sleep(200);
      expect(one.texts).toEqual(['last']);
      await source.close();
    });

    it('what was released or never judged is handed to whoever listens next', async () => {
      const one = new RecordingSubscription();
      const first = fixture.open(one);
      await fixture.waitUntilReady(one);
      one.onMessage = () => ({ is: 'release' });
      const sent = [fixture.send(one, 'a'), fixture.send(one, 'b')];
      const closed = expect
        .poll(() => one.received.length)
        .toBeGreaterThanOrEqual(2)
        .then(() => first.close());
      const outcomes = await Promise.allSettled(sent);
      await closed;
      one.onMessage = () => DONE;
      one.received.length = 0;
      fixture.open(one);
      // Without a queue of its own the other side has kept it, and offers it again.
      if (!broker.durable) {
        expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
        return;
      }
      await fixture.waitForMessages(one, 2);
      expect(one.texts.toSorted()).toEqual(['a', 'b']);
    });

    it('several who share a queue get each message once', async () => {
      const one = new RecordingSubscription();
      fixture.open(one);
      await fixture.waitUntilReady(one);
      if (!broker.durable) return; // one process
      fixture.open(one);
      await sleep(500);
      for (let n = 0; n < 100; n++) await fixture.send(one, String(n));
      await fixture.waitForMessages(one, 100);
      await sleep(200);
      expect(new Set(one.texts).size).toBe(100);
      expect(one.received).toHaveLength(100);
    });

    it('what came while nobody listened is there later', async () => {
      const one = new RecordingSubscription();
      const first = fixture.open(one);
      await fixture.waitUntilReady(one);
      await first.close();
      if (!broker.durable) return; // the outbox keeps it
      await fixture.send(one, 'early');
      await sleep(100);
      fixture.open(one);
      await fixture.waitForMessages(one, 1);
      expect(one.texts).toEqual(['early']);
    });
  });
}
