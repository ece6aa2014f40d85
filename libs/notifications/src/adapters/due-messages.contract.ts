import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inContext } from '#platform/observability';
import type { DueMessage, DueMessages } from '../application/ports.js';

/** One empty list, as two processes see it. */
export interface DueMessagesUnderTest {
  readonly workers: readonly [DueMessages, DueMessages];
  pass(milliseconds: number): Promise<void>;
  drop(): Promise<void>;
}

const SHORT = 100;
const LONG = 60_000;
const of = (reference: string): DueMessage => ({ kind: 'registration.code', reference });
const names = (messages: readonly DueMessage[]) => messages.map(({ reference }) => reference);

/** What every `DueMessages` must do. */
export function dueMessagesContract(name: string, open: () => Promise<DueMessagesUnderTest>): void {
  describe(`${name} is a DueMessages`, () => {
    let under: DueMessagesUnderTest;
    let due: DueMessages;
    let other: DueMessages;

    beforeEach(async () => {
      under = await open();
      [due, other] = under.workers;
    });
    afterEach(() => under.drop());

    /** So that one is older than the next, whatever the resolution of the clock. */
    const put = async (...references: string[]) => {
      for (const reference of references) {
        await due.put(of(reference));
        await under.pass(2);
      }
    };

    it('is empty before the first', async () => {
      expect(await due.lease(10, LONG)).toEqual([]);
    });

    it.each(['a.b', 'with blanks  and\ttabs', 'ümläut 🔑', ''])('hands over %j as it was put', async (reference) => {
      await put(reference);
      expect(await other.lease(10, LONG)).toMatchObject([of(reference)]);
    });

    it('hands over the ids of the request by which it was put, and none when there was none', async () => {
      const origin = { correlationId: 'signup-42', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
      await inContext({ ...origin, problem: 'is not of them' }, () => due.put(of('asked for')));
      await under.pass(2);
      await inContext({ correlationId: 'signup-43' }, () => due.put(of('without a trace')));
      await under.pass(2);
      await put('from within');
      const taken = await other.lease(10, LONG);
      expect(taken.map((message) => message.origin)).toEqual([origin, { correlationId: 'signup-43' }, undefined]);
      for (const message of taken) await other.done(message);
      await put('asked for');
      expect((await due.lease(10, LONG))[0]).not.toHaveProperty('origin');
    });

    it('hands over the oldest first, no more than were asked for', async () => {
      await put('c', 'a', 'b');
      expect(names(await due.lease(0, LONG))).toEqual([]);
      expect(names(await due.lease(2, LONG))).toEqual(['c', 'a']);
      expect(names(await due.lease(2, LONG))).toEqual(['b']);
    });

    it('is the same for every kind', async () => {
      await due.put({ kind: 'one', reference: 'x' });
      await due.put({ kind: 'two', reference: 'x' });
      expect((await due.lease(10, LONG)).map(({ kind }) => kind).sort()).toEqual(['one', 'two']);
    });

    it('holds what waits already once', async () => {
      await put('a', 'a');
      expect(names(await due.lease(10, LONG))).toEqual(['a']);
      expect(names(await due.lease(10, LONG))).toEqual([]);
    });

    it('keeps the place of what waits already when it is put again', async () => {
      await put('a', 'b', 'a');
      expect(names(await due.lease(10, LONG))).toEqual(['a', 'b']);
    });

    it('tells how long the oldest waits that nobody has taken', async () => {
      expect(await due.backlogSeconds()).toBe(0);
      await put('a');
      await under.pass(SHORT);
      await put('b');
      const waited = await other.backlogSeconds();
      expect(waited).toBeGreaterThanOrEqual(SHORT / 1000);
      expect(waited).toBeLessThan(SHORT / 1000 + 1);
      await due.lease(1, LONG);
      expect(await due.backlogSeconds()).toBeLessThan(waited);
      await due.lease(1, LONG);
      expect(await due.backlogSeconds()).toBe(0);
    });

    it('LD-02 tells how long what waits will take, once it has waited for a second', async () => {
      await put(...Array.from({ length: 40 }, (_, n) => String(n)));
      await under.pass(900);
      await due.lease(2, LONG);
      await under.pass(300);
      expect(await other.backlogSeconds()).toBeGreaterThan(15);
      await under.pass(3_000);
      const forgotten = await other.backlogSeconds();
      expect(forgotten).toBeGreaterThan(4);
      expect(forgotten).toBeLessThan(15);
    });

    it('KP-R4 keeps a leased message from everybody until its lease has ended', async () => {
      await put('a');
      await due.lease(10, SHORT);
      expect(await other.lease(10, SHORT)).toEqual([]);
      await under.pass(SHORT);
      expect(names(await other.lease(10, SHORT))).toEqual(['a']);
    });

    it('lets each lease end in its own time', async () => {
      await put('slow');
      await due.lease(1, LONG);
      await put('quick');
      await due.lease(1, SHORT);
      await under.pass(SHORT);
      expect(names(await other.lease(10, LONG))).toEqual(['quick']);
    });

    it('forgets what is done, also when its lease had ended', async () => {
      await put('a', 'b');
      const [a, b] = await due.lease(10, SHORT);
      await due.done(a as DueMessage);
      await under.pass(SHORT);
      await due.done(b as DueMessage);
      await due.done(of('unknown'));
      expect(await other.lease(10, LONG)).toEqual([]);
    });

    it('takes again what was done before', async () => {
      await put('a');
      for (const message of await due.lease(1, LONG)) await due.done(message);
      await put('a');
      expect(names(await due.lease(1, LONG))).toEqual(['a']);
    });

    it('loses nothing that is put again while it is being sent', async () => {
      await put('a');
      const [first] = await due.lease(1, SHORT);
      await put('a');
      await due.done(first as DueMessage);
      await under.pass(SHORT);
      expect(names(await other.lease(1, LONG))).toEqual(['a']);
    });

    it('hands every message to one of two workers', async () => {
      const references = Array.from({ length: 200 }, (_, n) => String(n));
      await Promise.all(references.map((reference) => due.put(of(reference))));
      const taken = await Promise.all([takeAll(due), takeAll(other)]);
      expect(taken.flat().sort()).toEqual(references.sort());
    });

    it('wakes the worker that puts', async () => {
      let woken = 0;
      due.onPut(() => woken++);
      await put('a');
      expect(woken).toBe(1);
    });
  });
}

async function takeAll(due: DueMessages): Promise<string[]> {
  const taken: string[] = [];
  for (let more = await due.lease(7, LONG); more.length > 0; more = await due.lease(7, LONG))
    taken.push(...names(more));
  return taken;
}
