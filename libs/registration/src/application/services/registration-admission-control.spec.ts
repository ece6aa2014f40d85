import { beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import { RegistrationHarness } from '../../testing/registration-harness.js';

describe('Intake', () => {
  let harness: RegistrationHarness;
  beforeEach(() => {
    harness = new RegistrationHarness();
  });
  const closed = () => expect(harness.intake.assertCapacity()).rejects.toBeInstanceOf(Unavailable);

  it('given room and no backlog, then it is open', async () => {
    harness.due.backlogSeconds = 5;
    await harness.intake.assertCapacity();
  });

  it('given messages that wait too long, then it is closed, and open again when they are gone', async () => {
    harness.due.backlogSeconds = 5.001;
    await closed();
    harness.due.backlogSeconds = 0;
    harness.clock.advance(250);
    await harness.intake.assertCapacity();
  });

  it('given no more room for attempts, then it is closed', async () => {
    harness.limits.liveAttempts = 1;
    await harness.intake.assertCapacity();
    await harness.register();
    harness.clock.advance(250);
    await closed();
  });

  it('given limits that are off, then it is open whatever happens', async () => {
    Object.assign(harness.limits, { liveAttempts: null, messageBacklogSeconds: null });
    harness.due.backlogSeconds = 1_000;
    await harness.intake.assertCapacity();
  });

  it('given a flood, then it looks four times a second', async () => {
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

  it('FM-C3 given a clock that was set back, then it looks again', async () => {
    harness.due.backlogSeconds = 60;
    await closed();
    harness.due.backlogSeconds = 0;
    harness.clock.advance(-3_600_000);
    await harness.intake.assertCapacity();
  });
});
