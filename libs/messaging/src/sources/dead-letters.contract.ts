import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EventSourceUnderTest } from '../testing/listening.js';
import type { DeadLetterPlace, DeadLetters } from './dead-letters.js';
import type { EventSource, Subscription, Verdict } from './event-source.js';

export interface DeadLettersUnderTest extends EventSourceUnderTest {
  letters(): DeadLetters;
}

/** What an operator can do with what a source has laid aside. */
export function deadLettersContract(name: string, under: () => Promise<DeadLettersUnderTest>): void {
  describe.each(['inbound', 'events'] as const)(`${name} keeps dead letters, %s`, { timeout: 90_000 }, (arrival) => {
    const type = `test.${randomUUID().slice(0, 8)}.v1`;
    const handed: string[] = [];
    const aside = (text: string): Verdict => ({ is: 'dead', reason: 'not_json', detail: `/${text}` });
    let judge = aside;
    let other: DeadLettersUnderTest;
    let source: EventSource;
    let letters: DeadLetters;
    const subscription: Subscription = {
      queue: `foyer.test.${randomUUID().slice(0, 8)}`,
      types: [type],
      ordered: false,
      arrival,
      async handle({ body }) {
        const text = Buffer.from(body).toString();
        handed.push(text);
        return text === 'ready' ? { is: 'done' } : judge(text);
      },
    };
    const place: DeadLetterPlace = subscription;
    const idOf = (text: string) => `the id of ${text}`;
    const send = (text: string) => other.send(arrival, { id: idOf(text), type, payload: text });
    /** What was looked at goes back to its queue in its own time. */
    const soon = <T>(what: () => Promise<T>) => expect.poll(what, { timeout: 20_000 });
    const listed = async () => (await letters.list(place)).map(({ id }) => id).toSorted();

    beforeAll(async () => {
      other = await under();
      letters = other.letters();
      source = other.open();
      source.subscribe(subscription);
      // Before there is a queue it may be nobody's.
      const isHeard = async () => {
        await send('ready');
        if (handed.length === 0) throw new Error('nobody listens yet');
      };
      await vi.waitFor(isHeard, { timeout: 50_000, interval: 250 });
    }, 60_000);
    afterAll(async () => {
      await source?.close();
      await letters?.close();
      await other?.drop();
    });

    it('FM-M3 lists them with what they are and why, however often it is asked', async () => {
      for (const text of ['one', 'two', 'three']) await send(text);
      await soon(listed).toEqual(['one', 'three', 'two'].map(idOf));
      const one = async () => (await letters.list(place)).find(({ id }) => id === idOf('one'));
      await soon(one).toMatchObject({ reason: 'not_json', detail: '/one', body: Buffer.from('one') });
      expect(
        handed.filter((text) => text === 'one'),
        'nobody is handed it by that',
      ).toHaveLength(1);
    });

    it('FM-M4 sends one back, once, under its own id, and it is handled', async () => {
      judge = () => ({ is: 'done' });
      await soon(() => letters.replay(place, ({ id }) => id === idOf('one'))).toBe(1);
      await expect.poll(() => handed.filter((text) => text === 'one').length, { timeout: 20_000 }).toBe(2);
      await soon(listed).toEqual(['three', 'two'].map(idOf));
      expect(await letters.replay(place, ({ id }) => id === idOf('one'))).toBe(0);
    });

    it('FM-M4 lists again what could not be handled again', async () => {
      judge = aside;
      await soon(() => letters.replay(place, ({ id }) => id === idOf('two'))).toBe(1);
      await soon(listed).toEqual(['three', 'two'].map(idOf));
    });

    it('drops one, and nothing else', async () => {
      await soon(() => letters.drop(place, ({ id }) => id === idOf('three'))).toBe(1);
      await soon(listed).toEqual([idOf('two')]);
      expect(handed.filter((text) => text === 'three')).toHaveLength(1);
    });

    it('shows nobody those of another subscriber', async () => {
      const others = { ...place, queue: 'foyer.test.another' };
      expect(await letters.list(others).catch(() => [])).toEqual([]);
    });
  });
}
