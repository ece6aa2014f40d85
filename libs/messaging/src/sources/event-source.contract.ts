import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Arrival } from '#kernel';
import { DONE, type EventSourceUnderTest, type Handed, Listeners, Listening } from '../testing/listening.js';
import { IN_FLIGHT, type Verdict } from './event-source.js';

/** What every `EventSource` must do: Watermill's list, from the side of those who listen. */
export function eventSourceContract(name: string, under: () => Promise<EventSourceUnderTest>): void {
  describe(`${name} is an EventSource`, { timeout: 30_000 }, () => {
    let other: EventSourceUnderTest;
    let hall: Listeners;

    beforeEach(async () => {
      other = await under();
      hall = new Listeners(other);
    });
    afterEach(async () => {
      await hall.close();
      await other.drop();
    });

    it.each<Arrival>(['events', 'inbound'])(
      'hands over what comes from %s, unchanged, as the first attempt',
      async (from) => {
        const one = new Listening(from);
        expect(hall.open(one).name).toMatch(/^[a-z]+$/);
        await hall.ready(one);
        const text = JSON.stringify({ text: 'é ß 漢字 🔑 \u0000 \u2028 "\\' });
        const before = Date.now();
        await hall.send(one, text);
        await hall.arrived(one, 1);
        expect(one.handed[0]).toMatchObject({ text, attempt: 1 });
        expect(one.handed[0]?.since).toBeGreaterThanOrEqual(before - 1_000);
        expect(one.handed[0]?.since).toBeLessThanOrEqual(Date.now() + 1_000);
      },
    );

    it('hands over nothing of another type', async () => {
      const one = new Listening();
      hall.open(one);
      await hall.ready(one);
      await other.send('events', { id: randomUUID(), type: 'test.other.v1', payload: '{}' });
      await hall.send(one, 'mine');
      await hall.arrived(one, 1);
      expect(one.texts).toEqual(['mine']);
    });

    it('hands a thousand over in order', async () => {
      const one = new Listening();
      hall.open(one);
      await hall.ready(one);
      const texts = Array.from({ length: 1_000 }, (_, n) => String(n));
      for (const text of texts) await hall.send(one, text);
      await hall.arrived(one, 1_000, 20_000);
      expect(one.texts).toEqual(texts);
    });

    it(`has at most ${IN_FLIGHT} of one subscription handled at once`, async () => {
      const one = new Listening();
      one.judge = () => sleep(50, DONE);
      hall.open(one);
      await hall.ready(one);
      await Promise.all(Array.from({ length: 100 }, (_, n) => hall.send(one, String(n))));
      await hall.arrived(one, 100);
      expect(one.most).toBeGreaterThan(1);
      expect(one.most).toBeLessThanOrEqual(IN_FLIGHT);
    });

    it('a slow subscription holds up no other', async () => {
      const [slow, quick] = [new Listening(), new Listening()];
      hall.open(slow, quick);
      await hall.ready(slow, quick);
      slow.judge = () => sleep(2_000, DONE);
      for (let n = 0; n < 2 * IN_FLIGHT; n++) void hall.send(slow, String(n)).catch(() => undefined);
      await hall.arrived(slow, IN_FLIGHT);
      const begun = performance.now();
      await hall.send(quick, 'quick');
      await hall.arrived(quick, 1);
      expect(performance.now() - begun).toBeLessThan(1_500);
    });

    it('again: hands it over after the pause, as another attempt only if that counts', async () => {
      const one = new Listening();
      hall.open(one);
      await hall.ready(one);
      const verdicts: Verdict[] = [
        { is: 'again', afterMs: 300, counts: true },
        { is: 'again', afterMs: 300, counts: false },
      ];
      one.judge = ({ text }) => (text === 'bad' ? (verdicts.shift() ?? DONE) : DONE);
      await Promise.all([hall.send(one, 'bad'), hall.send(one, 'next')]);
      await hall.arrived(one, 4);
      const [first, second, third] = one.handed.filter(({ text }) => text === 'bad') as [Handed, Handed, Handed];
      expect([first.attempt, second.attempt, third.attempt]).toEqual([1, 2, 2]);
      expect([second.since, third.since]).toEqual([first.since, first.since]);
      for (const [one, other] of [[first, second] as const, [second, third] as const]) {
        expect(other.at - one.at).toBeGreaterThanOrEqual(295);
        expect(other.at - one.at).toBeLessThan(3_000);
      }
      expect(one.texts.indexOf('next'), 'nobody waits for it').toBeLessThan(one.texts.lastIndexOf('bad'));
    });

    it('a handler that rejects gets it again', async () => {
      const one = new Listening();
      hall.open(one);
      await hall.ready(one);
      one.judge = ({ attempt }) => (attempt === 1 ? Promise.reject(new Error('it fails')) : DONE);
      await hall.send(one, 'bad');
      await hall.arrived(one, 2);
      expect(one.handed[1]?.attempt).toBe(2);
    });

    it('FM-M3 dead: hands it over no more, counts it, and goes on', async () => {
      const one = new Listening();
      const source = hall.open(one);
      await hall.ready(one);
      one.judge = ({ text }) => (text === 'bad' ? { is: 'dead', reason: 'not_json', detail: 'malformed' } : DONE);
      await hall.send(one, 'bad');
      await hall.send(one, 'next');
      await hall.arrived(one, 2);
      await expect.poll(() => source.deadLetters()).toBe(1);
      await sleep(300);
      expect(one.texts).toEqual(['bad', 'next']);
    });

    it('finishes what is being handled when it is closed, and takes nothing new', async () => {
      const one = new Listening();
      const source = hall.open(one);
      await hall.ready(one);
      let finished = false;
      one.judge = () =>
        sleep(500).then((): Verdict => {
          finished = true;
          return DONE;
        });
      const sent = hall.send(one, 'last');
      await hall.arrived(one, 1);
      await source.close();
      expect(finished).toBe(true);
      await sent;
      await hall.send(one, 'later').catch(() => undefined);
      await sleep(200);
      expect(one.texts).toEqual(['last']);
      await source.close();
    });

    it('what was released or never judged is handed to whoever listens next', async () => {
      const one = new Listening();
      const first = hall.open(one);
      await hall.ready(one);
      one.judge = () => ({ is: 'release' });
      const sent = [hall.send(one, 'a'), hall.send(one, 'b')];
      const closed = expect
        .poll(() => one.handed.length)
        .toBeGreaterThanOrEqual(2)
        .then(() => first.close());
      const outcomes = await Promise.allSettled(sent);
      await closed;
      one.judge = () => DONE;
      one.handed.length = 0;
      hall.open(one);
      // Without a queue of its own the other side has kept it, and offers it again.
      if (!other.durable) {
        expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
        return;
      }
      await hall.arrived(one, 2);
      expect(one.texts.toSorted()).toEqual(['a', 'b']);
    });

    it('several who share a queue get each message once', async () => {
      const one = new Listening();
      hall.open(one);
      await hall.ready(one);
      if (!other.durable) return; // one process
      hall.open(one);
      await sleep(500);
      for (let n = 0; n < 100; n++) await hall.send(one, String(n));
      await hall.arrived(one, 100);
      await sleep(200);
      expect(new Set(one.texts).size).toBe(100);
      expect(one.handed).toHaveLength(100);
    });

    it('what came while nobody listened is there later', async () => {
      const one = new Listening();
      const first = hall.open(one);
      await hall.ready(one);
      await first.close();
      if (!other.durable) return; // the outbox keeps it
      await hall.send(one, 'early');
      await sleep(100);
      hall.open(one);
      await hall.arrived(one, 1);
      expect(one.texts).toEqual(['early']);
    });
  });
}
