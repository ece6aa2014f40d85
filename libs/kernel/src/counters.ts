/** At most so many in so many milliseconds; null is no limit. */
export interface Allowance {
  readonly most: number | null;
  readonly windowMs: number;
}

export type Taken =
  /** `ticket` names what was counted, to give it back. */
  { readonly allowed: true; readonly ticket: string } | { readonly allowed: false; readonly retryAfterSeconds: number };

/**
 * Exact sliding counts: what was counted longer ago than the window does not count any more. A key names who is counted
 * and what, never with text that a stranger typed. One atomic step each.
 * @throws Unavailable when the store is away: a limit never fails open
 */
export abstract class Counters {
  /** Counts one, unless one of the allowances is used up. */
  abstract take(key: string, allowances: readonly Allowance[]): Promise<Taken>;
  abstract giveBack(key: string, ticket: string): Promise<void>;
  /** How many there were in the window. */
  abstract count(key: string, windowMs: number): Promise<number>;
}
