/** What registration limits; null is no limit. Windows are part of the name. */
export abstract class RegistrationLimits {
  /** Live attempts of one identifier from one source. */
  abstract readonly attemptsPerSource: number | null;
  abstract readonly attemptsPerIdentifier: number | null;
  /** Live attempts of everybody. */
  abstract readonly liveAttempts: number | null;
  abstract readonly messageBacklogSeconds: number | null;
}
