import { beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import { RegistrationHarness } from '../../testing/registration-harness.js';

describe('RegistrationAdmissionControl', () => {
  let harness: RegistrationHarness;
  beforeEach(() => {
    harness = new RegistrationHarness();
  });
  const closed = () => expect(harness.intake.assertCapacity()).rejects.toBeInstanceOf(Unavailable);

  it('accepts registrations with capacity and no backlog', async () => {
    harness.due.backlogSeconds = 5;
    await harness.intake.assertCapacity();
  });

  it('rejects registrations while messages wait too long', async () => {
    harness.due.backlogSeconds = 5.001;
    await closed();
    harness.due.backlogSeconds = 0;
    harness.clock.advance(250);
    await harness.intake.assertCapacity();
  });

  it('rejects registrations when the attempt store is full', async () => {
    harness.limits.liveAttempts = 1;
    await harness.intake.assertCapacity();
    await harness.register();
    harness.clock.advance(250);
    await closed();
  });

  it('accepts all registrations when limits are off', async () => {
    Object.assign(harness.limits, { liveAttempts: null, messageBacklogSeconds: null });
    harness.due.backlogSeconds = 1_000;
    await harness.intake.assertCapacity();
  });

  it('checks four times a second under load', async () => {
    let looks = 0;
    harness.due.estimateBacklogSeconds = async () => {
      looks++;
      return 0;
    };
    for (let n = 0; n < 100; n++) {
      await harness.intake.assertCapacity();
      harness.clock.advance(10);
    }
    expect(looks).toBe(4);
  });

  it('checks again after the clock was set back [FM-C3]', async () => {
    harness.due.backlogSeconds = 60;
    await closed();
    harness.due.backlogSeconds = 0;
    harness.clock.advance(-3_600_000);
    await harness.intake.assertCapacity();
  });
});
