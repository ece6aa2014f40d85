import { beforeEach, describe, expect, it } from 'vitest';
import { RegistrationHarness } from '../../testing/registration-harness.js';
import { LiveMyRegistrations } from './live-my-registrations.js';

describe('LiveMyRegistrations', () => {
  let house: RegistrationHarness;
  const mine = () => {
    const { identifierHash, tag } = house.keyOf();
    return new LiveMyRegistrations(house.attempts, house.codes, house.opaqueIds).findByKey(identifierHash, tag);
  };
  beforeEach(() => {
    house = new RegistrationHarness();
  });

  it('given no attempt, then nothing', async () => {
    expect(await mine()).toBeNull();
  });

  it('given one whose code is not on its way yet, then no code, and when the next may be asked for', async () => {
    const { id, attemptId } = await house.register();
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

  it('given a code that was sent, then when it dies and how many tries are left', async () => {
    await house.registerAndReadCode();
    house.clock.advance(10_000);
    await house.activate('9999');
    expect(await mine()).toMatchObject({ codeExpiresAt: '2026-03-01T12:01:00.000Z', attemptsRemaining: 2 });
  });

  it('given one that was activated, then active', async () => {
    await house.activate(await house.registerAndReadCode());
    expect(await mine()).toMatchObject({ state: 'active', codeExpiresAt: null, attemptsRemaining: 0 });
  });

  it('given too many guesses, then how long the next code is', async () => {
    await house.register();
    house.codes.length = 8;
    expect(await mine()).toMatchObject({ codeLength: 8 });
  });
});
