import { beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import { RegistrationHarness } from '../../testing/registration-harness.js';

describe('Intake', () => {
  let house: RegistrationHarness;
  beforeEach(() => {
    house = new RegistrationHarness();
  });
  const closed = () => expect(house.intake.assertCapacity()).rejects.toBeInstanceOf(Unavailable);

  it('given room and no backlog, then it is open', async () => {
    house.due.backlogSeconds = 5;
    await house.intake.assertCapacity();
  });

  it('given messages that wait too long, then it is closed, and open again when they are gone', async () => {
    house.due.backlogSeconds = 5.001;
    await closed();
    house.due.backlogSeconds = 0;
    house.clock.advance(250);
    await house.intake.assertCapacity();
  });

  it('given no more room for attempts, then it is closed', async () => {
    house.limits.liveAttempts = 1;
    await house.intake.assertCapacity();
    await house.register();
    house.clock.advance(250);
    await closed();
  });

  it('given limits that are off, then it is open whatever happens', async () => {
    Object.assign(house.limits, { liveAttempts: null, messageBacklogSeconds: null });
    house.due.backlogSeconds = 1_000;
    await house.intake.assertCapacity();
  });

  it('given a flood, then it looks four times a second', async () => {
    let looks = 0;
    house.due.estimateBacklogSeconds = async () => {
      looks++;
      return 0;
    };
    for (let n = 0; n < 100; n++) {
      await house.intake.assertCapacity();
      house.clock.advance(10);
    }
    expect(looks).toBe(4);
  });

  it('FM-C3 given a clock that was set back, then it looks again', async () => {
    house.due.backlogSeconds = 60;
    await closed();
    house.due.backlogSeconds = 0;
    house.clock.advance(-3_600_000);
    await house.intake.assertCapacity();
  });
});
