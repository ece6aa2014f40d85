import type { Identifier } from '#kernel';

/** Somebody was seen, elsewhere, to hold an identifier. */
export interface Verification {
  /** The attempt that he confirmed; null when he was asked for none. */
  readonly attemptId: string | null;
  readonly identifier: Identifier;
  readonly verifiedAt: Date;
}

/** Clocks of two houses differ. */
const CLOCK_TOLERANCE_MS = 60_000;
/**
 * Numbers and addresses change hands. It is also half of the time for which handled events are remembered: none can come
 * again after it was forgotten.
 */
const MAX_AGE_MS = 7 * 24 * 3_600_000;

/** Why it says nothing of now; null when it does. */
export function rejectVerification({ verifiedAt }: Verification, now: Date): 'in_the_future' | 'too_old' | null {
  const age = now.getTime() - verifiedAt.getTime();
  if (age < -CLOCK_TOLERANCE_MS) return 'in_the_future';
  return age > MAX_AGE_MS ? 'too_old' : null;
}
