import type { Identifier } from '#kernel';

/** An external verification that a person controls an identifier. */
export interface Verification {
  /** The confirmed attempt; null when the verification names none. */
  readonly attemptId: string | null;
  readonly identifier: Identifier;
  readonly verifiedAt: Date;
}

/** Allowed difference between the clocks of two systems. */
const CLOCK_TOLERANCE_MS = 60_000;
/**
 * Numbers and addresses change owners. The limit is half of the inbox retention, so that no event can be accepted again after
 * its inbox record was deleted.
 */
const MAX_AGE_MS = 7 * 24 * 3_600_000;

/** Returns the reason why the verification is not current, or null. */
export function rejectVerification({ verifiedAt }: Verification, now: Date): 'in_the_future' | 'too_old' | null {
  const age = now.getTime() - verifiedAt.getTime();
  if (age < -CLOCK_TOLERANCE_MS) return 'in_the_future';
  return age > MAX_AGE_MS ? 'too_old' : null;
}
