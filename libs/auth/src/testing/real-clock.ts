import { setTimeout } from 'node:timers/promises';
import { Clock } from '#kernel';

/** Goes as the clock on the wall does, where databases are asked what time it is. */
export class RealClock extends Clock {
  override now(): Date {
    return new Date();
  }

  override async pause(milliseconds: number): Promise<void> {
    await setTimeout(milliseconds);
  }
}
