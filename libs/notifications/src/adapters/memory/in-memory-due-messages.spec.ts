import { expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { dueMessagesContract } from '../due-messages.contract.js';
import { InMemoryDueMessages } from './in-memory-due-messages.js';

dueMessagesContract('InMemoryDueMessages', async () => {
  const clock = new FixedClock();
  const due = new InMemoryDueMessages(clock);
  return { workers: [due, due], pass: (milliseconds) => clock.pause(milliseconds), drop: async () => undefined };
});

it('given a clean stop, then what waited and what was leased is due again', async () => {
  const clock = new FixedClock();
  const before = new InMemoryDueMessages(clock);
  for (const reference of ['leased', 'waiting', 'done']) await before.put({ kind: 'k', reference });
  await before.lease(1, 60_000);
  await before.done({ kind: 'k', reference: 'leased' });
  await before.put({ kind: 'k', reference: 'leased' });
  const after = new InMemoryDueMessages(clock);
  after.restore(JSON.parse(JSON.stringify(before.snapshot())));
  expect((await after.lease(10, 60_000)).map(({ reference }) => reference).sort()).toEqual([
    'done',
    'leased',
    'waiting',
  ]);
});
