import type { FixedClock } from './fixed-clock.js';

/** Makes this clock follow the process timers, which a test may fake. */
export function followTimers(clock: FixedClock): void {
  clock.now = () => new Date();
  clock.pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
}
