import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EventSourceUnderTest } from '../testing/event-source-fixture.js';
import type { DeadLetterQueueRef, DeadLetters } from './dead-letters.js';
import type { EventSource, MessageDisposition, Subscription } from './event-source.js';

export interface DeadLettersUnderTest extends EventSourceUnderTest {
  openDeadLetters(): DeadLetters;
}

/** What an operator can do with what a source has laid aside. */
export function deadLettersContract(name: string, openBroker: () => Promise<DeadLettersUnderTest>): void {
  describe.each(['inbound', 'events'] as const)(`${name} keeps dead letters, %s`, { timeout: 90_000 }, (arrival) => {
    const type = `test.${randomUUID().slice(0, 8)}.v1`;
    const receivedTexts: string[] = [];
    const toDeadLetter = (text: string): MessageDisposition => ({ is: 'dead', reason: 'not_json', detail: `/${text}` });
    let disposition = toDeadLetter;
    let broker: DeadLettersUnderTest;
    let source: EventSource;
    let deadLetters: DeadLetters;
    const subscription: Subscription = {
      queue: `foyer.test.${randomUUID().slice(0, 8)}`,
      types: [type],
      ordered: false,
      arrival,
      async handle({ body }) {
        const text = Buffer.from(body).toString();
        receivedTexts.push(text);
        return text === 'ready' ? { is: 'done' } : disposition(text);
      },
    };
    const queueRef: DeadLetterQueueRef = subscription;
    const idOf = (text: string) => `the id of ${text}`;
    const send = (text: string) => broker.send(arrival, { id: idOf(text), type, payload: text });
    /** What was looked at goes back to its queue in its own time. */
    const eventually = <T>(what: () => Promise<T>) => expect.poll(what, { timeout: 20_000 });
    const listIds = async () => (await deadLetters.list(queueRef)).map(({ id }) => id).toSorted();

    beforeAll(async () => {
      broker = await openBroker();
      deadLetters = broker.openDeadLetters();
      source = broker.open();
      source.subscribe(subscription);
      // Before there is a queue it may be nobody's.
      const isHeard = async () => {
        await send('ready');
        if (receivedTexts.length === 0) throw new Error('nobody listens yet');
      };
      await vi.waitFor(isHeard, { timeout: 50_000, interval: 250 });
    }, 60_000);
    afterAll(async () => {
      await source?.close();
      await deadLetters?.close();
      await broker?.drop();
    });

    it('FM-M3 lists them with what they are and why, however often it is asked', async () => {
      for (const text of ['one', 'two', 'three']) await send(text);
      await eventually(listIds).toEqual(['one', 'three', 'two'].map(idOf));
      const one = async () => (await deadLetters.list(queueRef)).find(({ id }) => id === idOf('one'));
      await eventually(one).toMatchObject({ reason: 'not_json', detail: '/one', body: Buffer.from('one') });
      expect(
        receivedTexts.filter((text) => text === 'one'),
        'nobody is handed it by that',
      ).toHaveLength(1);
    });

    it('FM-M4 sends one back, once, under its own id, and it is handled', async () => {
      disposition = () => ({ is: 'done' });
      await eventually(() => deadLetters.replay(queueRef, ({ id }) => id === idOf('one'))).toBe(1);
      await expect.poll(() => receivedTexts.filter((text) => text === 'one').length, { timeout: 20_000 }).toBe(2);
      await eventually(listIds).toEqual(['three', 'two'].map(idOf));
      expect(await deadLetters.replay(queueRef, ({ id }) => id === idOf('one'))).toBe(0);
    });

    it('FM-M4 lists again what could not be handled again', async () => {
      disposition = toDeadLetter;
      await eventually(() => deadLetters.replay(queueRef, ({ id }) => id === idOf('two'))).toBe(1);
      await eventually(listIds).toEqual(['three', 'two'].map(idOf));
    });

    it('drops one, and nothing else', async () => {
      await eventually(() => deadLetters.drop(queueRef, ({ id }) => id === idOf('three'))).toBe(1);
      await eventually(listIds).toEqual([idOf('two')]);
      expect(receivedTexts.filter((text) => text === 'three')).toHaveLength(1);
    });

    it('shows nobody those of another subscriber', async () => {
      const others = { ...queueRef, queue: 'foyer.test.another' };
      expect(await deadLetters.list(others).catch(() => [])).toEqual([]);
    });
  });
}
