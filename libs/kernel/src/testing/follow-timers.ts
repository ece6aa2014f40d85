import type { FixedClock } from './fixed-clock.js';

/** From now on this clock goes with the timers of the process, which a test may fake. */
export function followTimers(clock: FixedClock): void {
  clock.now = () => new Date();
  clock.pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
}
