import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EventSourceUnderTest } from '../testing/event-source-fixture.js';
import type { DeadLetterQueueRef, DeadLetters } from './dead-letters.js';
import type { EventSource, MessageDisposition, Subscription } from './event-source.js';

export interface DeadLettersUnderTest extends EventSourceUnderTest {
  openDeadLetters(): DeadLetters;
}

/** The contract of every `DeadLetters`. */
export function deadLettersContract(name: string, openBroker: () => Promise<DeadLettersUnderTest>): void {
  describe.each(['inbound', 'events'] as const)(
    `${name} (DeadLetters contract), %s`,
    { timeout: 90_000 },
    (arrival) => {
      const type = `test.${randomUUID().slice(0, 8)}.v1`;
      const receivedTexts: string[] = [];
      const toDeadLetter = (text: string): MessageDisposition => ({
        is: 'dead',
        reason: 'not_json',
        detail: `/${text}`,
      });
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
      /** The broker requeues listed messages asynchronously. */
      const eventually = <T>(what: () => Promise<T>) => expect.poll(what, { timeout: 20_000 });
      const listIds = async () => (await deadLetters.list(queueRef)).map(({ id }) => id).toSorted();

      beforeAll(async () => {
        broker = await openBroker();
        deadLetters = broker.openDeadLetters();
        source = broker.open();
        source.subscribe(subscription);
        // A message that is sent before the queue exists may be lost.
        const isHeard = async () => {
          await send('ready');
          if (receivedTexts.length === 0) throw new Error('nothing is listening yet');
        };
        await vi.waitFor(isHeard, { timeout: 50_000, interval: 250 });
      }, 60_000);
      afterAll(async () => {
        await source?.close();
        await deadLetters?.close();
        await broker?.drop();
      });

      it('lists dead letters with body and reason, repeatedly [FM-M3]', async () => {
        for (const text of ['one', 'two', 'three']) await send(text);
        await eventually(listIds).toEqual(['one', 'three', 'two'].map(idOf));
        const one = async () => (await deadLetters.list(queueRef)).find(({ id }) => id === idOf('one'));
        await eventually(one).toMatchObject({ reason: 'not_json', detail: '/one', body: Buffer.from('one') });
        expect(
          receivedTexts.filter((text) => text === 'one'),
          'listing does not deliver it',
        ).toHaveLength(1);
      });

      it('replays a dead letter once with its own id [FM-M4]', async () => {
        disposition = () => ({ is: 'done' });
        await eventually(() => deadLetters.replay(queueRef, ({ id }) => id === idOf('one'))).toBe(1);
        await expect.poll(() => receivedTexts.filter((text) => text === 'one').length, { timeout: 20_000 }).toBe(2);
        await eventually(listIds).toEqual(['three', 'two'].map(idOf));
        expect(await deadLetters.replay(queueRef, ({ id }) => id === idOf('one'))).toBe(0);
      });

      it('lists a replayed message again when it fails again [FM-M4]', async () => {
        disposition = toDeadLetter;
        await eventually(() => deadLetters.replay(queueRef, ({ id }) => id === idOf('two'))).toBe(1);
        await eventually(listIds).toEqual(['three', 'two'].map(idOf));
      });

      it('drops only the matching dead letter', async () => {
        await eventually(() => deadLetters.drop(queueRef, ({ id }) => id === idOf('three'))).toBe(1);
        await eventually(listIds).toEqual([idOf('two')]);
        expect(receivedTexts.filter((text) => text === 'three')).toHaveLength(1);
      });

      it('does not list dead letters of another subscriber', async () => {
        const others = { ...queueRef, queue: 'foyer.test.another' };
        expect(await deadLetters.list(others).catch(() => [])).toEqual([]);
      });
    },
  );
}
