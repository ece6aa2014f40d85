/** At most `max` events in `windowMs` milliseconds; null means no limit. */
export interface Allowance {
  readonly max: number | null;
  readonly windowMs: number;
}

export type ReservationResult =
  /** `ticket` identifies the counted event for `release`. */
  { readonly allowed: true; readonly ticket: string } | { readonly allowed: false; readonly retryAfterSeconds: number };

/**
 * Exact sliding-window counters. A key names who is counted and what, and never contains user input. Each method is one atomic
 * step.
 * @throws Unavailable when the store cannot be reached: a limit never fails open
 */
export abstract class Counters {
  /** Counts one event, unless one of the allowances is used up. */
  abstract reserve(key: string, allowances: readonly Allowance[]): Promise<ReservationResult>;
  abstract release(key: string, ticket: string): Promise<void>;
  /** Number of events in the window. */
  abstract count(key: string, windowMs: number): Promise<number>;
}

const HOUR_MS = 3_600_000;
const HOURS = 24;
const SMALLEST_BURST = 6;
const BURST_PART = 5;

/**
 * Spreads `max` events over 24 hours: a fifth of them (at least six) is available at once, the rest in equal parts over the
 * following hours. A source that uses up the current part blocks the others for an hour, not for a day.
 */
export function spreadOverDay(max: number | null): readonly Allowance[] {
  if (max === null) return [{ max, windowMs: HOURS * HOUR_MS }];
  const burst = Math.min(max, Math.max(SMALLEST_BURST, Math.ceil(max / BURST_PART)));
  const within = (hours: number) => burst + Math.floor(((max - burst) * (hours - 1)) / (HOURS - 1));
  const windows = Array.from({ length: HOURS }, (_, n) => ({ max: within(n + 1), windowMs: (n + 1) * HOUR_MS }));
  // Of windows with the same maximum only the longest is needed.
  return windows.filter(({ max }, n) => max !== windows[n + 1]?.max);
}
