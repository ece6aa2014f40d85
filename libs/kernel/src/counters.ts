/** At most so many in so many milliseconds; null is no limit. */
export interface Allowance {
  readonly max: number | null;
  readonly windowMs: number;
}

export type ReservationResult =
  /** `ticket` names what was counted, to give it back. */
  { readonly allowed: true; readonly ticket: string } | { readonly allowed: false; readonly retryAfterSeconds: number };

/**
 * Exact sliding counts: what was counted longer ago than the window does not count any more. A key names who is counted
 * and what, never with text that a stranger typed. One atomic step each.
 * @throws Unavailable when the store is away: a limit never fails open
 */
export abstract class Counters {
  /** Counts one, unless one of the allowances is used up. */
  abstract reserve(key: string, allowances: readonly Allowance[]): Promise<ReservationResult>;
  abstract release(key: string, ticket: string): Promise<void>;
  /** How many there were in the window. */
  abstract count(key: string, windowMs: number): Promise<number>;
}

const HOUR_MS = 3_600_000;
const HOURS = 24;
const SMALLEST_BURST = 6;
const BURST_PART = 5;

/**
 * At most so many in 24 hours, given out by the hour: a fifth of them (six at least) at once, the others in equal parts over
 * the hours that follow. Whoever uses up what is there keeps the others waiting for an hour, not for a day.
 */
export function spreadOverDay(max: number | null): readonly Allowance[] {
  if (max === null) return [{ max, windowMs: HOURS * HOUR_MS }];
  const burst = Math.min(max, Math.max(SMALLEST_BURST, Math.ceil(max / BURST_PART)));
  const within = (hours: number) => burst + Math.floor(((max - burst) * (hours - 1)) / (HOURS - 1));
  const windows = Array.from({ length: HOURS }, (_, n) => ({ max: within(n + 1), windowMs: (n + 1) * HOUR_MS }));
  // Of windows with the same number the longest says it all.
  return windows.filter(({ max }, n) => max !== windows[n + 1]?.max);
}
