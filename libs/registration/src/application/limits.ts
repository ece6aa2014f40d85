/** Limits of registration; null means no limit. The name includes the window. */
export abstract class RegistrationLimits {
  /** Live attempts of one identifier from one source. */
  abstract readonly attemptsPerSource: number | null;
  abstract readonly attemptsPerIdentifier: number | null;
  /** Live attempts in the whole service. */
  abstract readonly liveAttempts: number | null;
  abstract readonly messageBacklogSeconds: number | null;
}
