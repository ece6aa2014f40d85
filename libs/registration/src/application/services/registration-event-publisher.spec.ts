import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import { PlainIdentifierHasher } from '#kernel/testing';
import type { AttemptState } from '../../domain/registration-attempt.js';
import { aDraft } from '../../testing/an-attempt-draft.js';
import { RegistrationHarness } from '../../testing/registration-harness.js';

const MIA = parseIdentifier('mia@example.org', 'US');
const HASH = new PlainIdentifierHasher().hash(MIA);

describe('RegistrationEventPublisher', () => {
  let harness: RegistrationHarness;
  let attempt: AttemptState;
  const key = () => harness.keys.find([HASH]);

  beforeEach(async () => {
    harness = new RegistrationHarness();
    const placement = await harness.attempts.placeAttempt(aDraft({ attemptId: 'a1', customerId: 'proposed' }), false);
    if (!placement.placed) throw new Error('there is room');
    ({ attempt } = placement);
  });

  it('stores the key, publishes the start and marks a new attempt as started', async () => {
    const begun = await harness.announcer.publishStarted(attempt, null);
    expect(begun).toMatchObject({ customerId: 'proposed', started: true });
    expect(await harness.attempts.find(attempt.identifierHash, [attempt.tag])).toEqual(begun);
    expect(await key()).toEqual({ customerId: 'proposed', sequence: 1 });
    expect(harness.outbox.events).toMatchObject([
      {
        type: 'registration.started.v1',
        id: 'a1',
        subject: 'proposed',
        sequence: 1,
        market: 'US',
        data: { id: 'proposed', attemptId: 'a1', channel: 'email', market: 'US' },
      },
    ]);
  });

  it('publishes neither address nor name [ST-10]', async () => {
    await harness.announcer.publishStarted(attempt, null);
    expect(JSON.stringify(harness.outbox.events)).not.toMatch(/mia@|Mia|example/);
  });

  it('publishes nothing for a started attempt', async () => {
    const begun = await harness.announcer.publishStarted(attempt, null);
    expect(await harness.announcer.publishStarted(begun, null)).toBe(begun);
    expect(harness.outbox.events).toHaveLength(1);
  });

  it('uses the id of an existing key and its next sequence number', async () => {
    await harness.keys.lockAndIncrement([HASH], 'older', null);
    expect((await harness.announcer.publishStarted(attempt, null)).customerId).toBe('older');
    expect(harness.outbox.events).toMatchObject([{ subject: 'older', sequence: 2, data: { id: 'older' } }]);
  });

  it('uses the proposed id and a new sequence when the key has lost its id', async () => {
    await harness.keys.lockAndIncrement([HASH], 'lost', null);
    expect((await harness.announcer.publishStarted(attempt, 'lost')).customerId).toBe('proposed');
    expect(harness.outbox.events).toMatchObject([{ subject: 'proposed', sequence: 1 }]);
  });

  it('publishes one start with one id for ten concurrent requests with the same attempt [RC-03]', async () => {
    const begun = await Promise.all(Array.from({ length: 10 }, () => harness.announcer.publishStarted(attempt, null)));
    expect(new Set(begun.map(({ customerId }) => customerId))).toEqual(new Set(['proposed']));
    expect(begun.every(({ started }) => started)).toBe(true);
    expect(harness.outbox.events).toHaveLength(1);
    expect((await key())?.sequence, 'what was given up is not counted').toBe(1);
  });

  it('finds the id and starts the attempt after a crash between event and attempt [KP-R2]', async () => {
    const begin = harness.attempts.markStarted.bind(harness.attempts);
    harness.attempts.markStarted = () => Promise.reject(new Error('crashed'));
    await expect(harness.announcer.publishStarted(attempt, null)).rejects.toThrow('crashed');
    harness.attempts.markStarted = begin;
    const again = { ...attempt, customerId: 'another proposal' };
    expect(await harness.announcer.publishStarted(again, null)).toMatchObject({
      customerId: 'proposed',
      started: true,
    });
    expect(harness.outbox.events).toHaveLength(1);
  });

  it('throws and does not start the attempt when the database cannot be reached', async () => {
    harness.outbox.append = () => Promise.reject(new Error('away'));
    await expect(harness.announcer.publishStarted(attempt, null)).rejects.toThrow('away');
    expect((await harness.attempts.find(attempt.identifierHash, [attempt.tag]))?.started).toBe(false);
    expect(await key()).toBeNull();
  });
});
