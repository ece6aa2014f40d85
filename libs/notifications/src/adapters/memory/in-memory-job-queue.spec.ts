import { expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { jobQueueContract } from '../job-queue.contract.js';
import { InMemoryJobQueue } from './in-memory-job-queue.js';

jobQueueContract('InMemoryDueMessages', async () => {
  const clock = new FixedClock();
  const due = new InMemoryJobQueue(clock);
  return { workers: [due, due], advance: (milliseconds) => clock.pause(milliseconds), close: async () => undefined };
});

it('given a clean stop, then what waited and what was leased is due again', async () => {
  const clock = new FixedClock();
  const before = new InMemoryJobQueue(clock);
  for (const reference of ['leased', 'waiting', 'done']) await before.enqueue({ kind: 'k', reference });
  await before.lease(1, 60_000);
  await before.complete({ kind: 'k', reference: 'leased' });
  await before.enqueue({ kind: 'k', reference: 'leased' });
  const after = new InMemoryJobQueue(clock);
  after.restore(JSON.parse(JSON.stringify(before.snapshot())));
  expect((await after.lease(10, 60_000)).map(({ reference }) => reference).sort()).toEqual([
    'done',
    'leased',
    'waiting',
  ]);
});
