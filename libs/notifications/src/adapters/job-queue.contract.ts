import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runInContext } from '#platform/observability';
import type { Job, JobQueue } from '../application/ports.js';

/** One empty list, as two processes see it. */
export interface JobQueueUnderTest {
  readonly workers: readonly [JobQueue, JobQueue];
  advance(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

const SHORT_LEASE_MS = 100;
const LONG_LEASE_MS = 60_000;
const jobOf = (reference: string): Job => ({ kind: 'registration.code', reference });
const referencesOf = (messages: readonly Job[]) => messages.map(({ reference }) => reference);

/** What every `DueMessages` must do. */
export function jobQueueContract(name: string, open: () => Promise<JobQueueUnderTest>): void {
  describe(`${name} is a DueMessages`, () => {
    let underTest: JobQueueUnderTest;
    let queue: JobQueue;
    let otherQueue: JobQueue;

    beforeEach(async () => {
      underTest = await open();
      [queue, otherQueue] = underTest.workers;
    });
    afterEach(() => underTest.close());

    /** So that one is older than the next, whatever the resolution of the clock. */
    const put = async (...references: string[]) => {
      for (const reference of references) {
        await queue.enqueue(jobOf(reference));
        await underTest.advance(2);
      }
    };

    it('is empty before the first', async () => {
      expect(await queue.lease(10, LONG_LEASE_MS)).toEqual([]);
    });

    it.each(['a.b', 'with blanks  and\ttabs', 'ümläut 🔑', ''])('hands over %j as it was put', async (reference) => {
      await put(reference);
      expect(await otherQueue.lease(10, LONG_LEASE_MS)).toMatchObject([jobOf(reference)]);
    });

    it('hands over the ids of the request by which it was put, and none when there was none', async () => {
      const origin = { correlationId: 'signup-42', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
      await runInContext({ ...origin, problem: 'is not of them' }, () => queue.enqueue(jobOf('asked for')));
      await underTest.advance(2);
      await runInContext({ correlationId: 'signup-43' }, () => queue.enqueue(jobOf('without a trace')));
      await underTest.advance(2);
      await put('from within');
      const taken = await otherQueue.lease(10, LONG_LEASE_MS);
      expect(taken.map((message) => message.origin)).toEqual([origin, { correlationId: 'signup-43' }, undefined]);
      for (const message of taken) await otherQueue.complete(message);
      await put('asked for');
      expect((await queue.lease(10, LONG_LEASE_MS))[0]).not.toHaveProperty('origin');
    });

    it('hands over the oldest first, no more than were asked for', async () => {
      await put('c', 'a', 'b');
      expect(referencesOf(await queue.lease(0, LONG_LEASE_MS))).toEqual([]);
      expect(referencesOf(await queue.lease(2, LONG_LEASE_MS))).toEqual(['c', 'a']);
      expect(referencesOf(await queue.lease(2, LONG_LEASE_MS))).toEqual(['b']);
    });

    it('is the same for every kind', async () => {
      await queue.enqueue({ kind: 'one', reference: 'x' });
      await queue.enqueue({ kind: 'two', reference: 'x' });
      expect((await queue.lease(10, LONG_LEASE_MS)).map(({ kind }) => kind).sort()).toEqual(['one', 'two']);
    });

    it('holds what waits already once', async () => {
      await put('a', 'a');
      expect(referencesOf(await queue.lease(10, LONG_LEASE_MS))).toEqual(['a']);
      expect(referencesOf(await queue.lease(10, LONG_LEASE_MS))).toEqual([]);
    });

    it('keeps the place of what waits already when it is put again', async () => {
      await put('a', 'b', 'a');
      expect(referencesOf(await queue.lease(10, LONG_LEASE_MS))).toEqual(['a', 'b']);
    });

    it('tells how long the oldest waits that nobody has taken', async () => {
      expect(await queue.estimateBacklogSeconds()).toBe(0);
      await put('a');
      await underTest.advance(SHORT_LEASE_MS);
      await put('b');
      const waited = await otherQueue.estimateBacklogSeconds();
      expect(waited).toBeGreaterThanOrEqual(SHORT_LEASE_MS / 1000);
      expect(waited).toBeLessThan(SHORT_LEASE_MS / 1000 + 1);
      await queue.lease(1, LONG_LEASE_MS);
      expect(await queue.estimateBacklogSeconds()).toBeLessThan(waited);
      await queue.lease(1, LONG_LEASE_MS);
      expect(await queue.estimateBacklogSeconds()).toBe(0);
    });

    it('LD-02 tells how long what waits will take, once it has waited for a second', async () => {
      await put(...Array.from({ length: 40 }, (_, n) => String(n)));
      await underTest.advance(900);
      await queue.lease(2, LONG_LEASE_MS);
      await underTest.advance(300);
      expect(await otherQueue.estimateBacklogSeconds()).toBeGreaterThan(15);
      await underTest.advance(3_000);
      const forgotten = await otherQueue.estimateBacklogSeconds();
      expect(forgotten).toBeGreaterThan(4);
      expect(forgotten).toBeLessThan(15);
    });

    it('KP-R4 keeps a leased message from everybody until its lease has ended', async () => {
      await put('a');
      await queue.lease(10, SHORT_LEASE_MS);
      expect(await otherQueue.lease(10, SHORT_LEASE_MS)).toEqual([]);
      await underTest.advance(SHORT_LEASE_MS);
      expect(referencesOf(await otherQueue.lease(10, SHORT_LEASE_MS))).toEqual(['a']);
    });

    it('lets each lease end in its own time', async () => {
      await put('slow');
      await queue.lease(1, LONG_LEASE_MS);
      await put('quick');
      await queue.lease(1, SHORT_LEASE_MS);
      await underTest.advance(SHORT_LEASE_MS);
      expect(referencesOf(await otherQueue.lease(10, LONG_LEASE_MS))).toEqual(['quick']);
    });

    it('forgets what is done, also when its lease had ended', async () => {
      await put('a', 'b');
      const [a, b] = await queue.lease(10, SHORT_LEASE_MS);
      await queue.complete(a as Job);
      await underTest.advance(SHORT_LEASE_MS);
      await queue.complete(b as Job);
      await queue.complete(jobOf('unknown'));
      expect(await otherQueue.lease(10, LONG_LEASE_MS)).toEqual([]);
    });

    it('takes again what was done before', async () => {
      await put('a');
      for (const message of await queue.lease(1, LONG_LEASE_MS)) await queue.complete(message);
      await put('a');
      expect(referencesOf(await queue.lease(1, LONG_LEASE_MS))).toEqual(['a']);
    });

    it('loses nothing that is put again while it is being sent', async () => {
      await put('a');
      const [first] = await queue.lease(1, SHORT_LEASE_MS);
      await put('a');
      await queue.complete(first as Job);
      await underTest.advance(SHORT_LEASE_MS);
      expect(referencesOf(await otherQueue.lease(1, LONG_LEASE_MS))).toEqual(['a']);
    });

    it('hands every message to one of two workers', async () => {
      const references = Array.from({ length: 200 }, (_, n) => String(n));
      await Promise.all(references.map((reference) => queue.enqueue(jobOf(reference))));
      const taken = await Promise.all([leaseAll(queue), leaseAll(otherQueue)]);
      expect(taken.flat().sort()).toEqual(references.sort());
    });

    it('wakes the worker that puts', async () => {
      let woken = 0;
      queue.onEnqueue(() => woken++);
      await put('a');
      expect(woken).toBe(1);
    });
  });
}

async function leaseAll(due: JobQueue): Promise<string[]> {
  const taken: string[] = [];
  for (let more = await due.lease(7, LONG_LEASE_MS); more.length > 0; more = await due.lease(7, LONG_LEASE_MS))
    taken.push(...referencesOf(more));
  return taken;
}
