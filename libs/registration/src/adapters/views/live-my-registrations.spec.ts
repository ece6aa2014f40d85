import { beforeEach, describe, expect, it } from 'vitest';
import { RegistrationHarness } from '../../testing/registration-harness.js';
import { LiveMyRegistrations } from './live-my-registrations.js';

describe('LiveMyRegistrations', () => {
  let harness: RegistrationHarness;
  const mine = () => {
    const { identifierHash, tag } = harness.keyOf();
    return new LiveMyRegistrations(harness.attempts, harness.codes, harness.opaqueIds).findByKey(identifierHash, tag);
  };
  beforeEach(() => {
    harness = new RegistrationHarness();
  });

  it('returns null without an attempt', async () => {
    expect(await mine()).toBeNull();
  });

  it('returns no code and the next request time before a code is sent', async () => {
    const { id, attemptId } = await harness.register();
    expect(await mine()).toEqual({
      id,
      attemptId,
      state: 'pending',
      channel: 'email',
      codeLength: 4,
      codeExpiresAt: null,
      resendAt: '2026-03-01T12:01:00.000Z',
      attemptsRemaining: 0,
    });
  });

  it('returns expiry and remaining tries of a sent code', async () => {
    await harness.registerAndReadCode();
    harness.clock.advance(10_000);
    await harness.activate('9999');
    expect(await mine()).toMatchObject({ codeExpiresAt: '2026-03-01T12:01:00.000Z', attemptsRemaining: 2 });
  });

  it('returns active for an activated attempt', async () => {
    await harness.activate(await harness.registerAndReadCode());
    expect(await mine()).toMatchObject({ state: 'active', codeExpiresAt: null, attemptsRemaining: 0 });
  });

  it('returns the length of the next code after too many guesses', async () => {
    await harness.register();
    harness.codes.length = 8;
    expect(await mine()).toMatchObject({ codeLength: 8 });
  });
});
