/** What registration limits; null is no limit. Windows are part of the name. */
export abstract class RegistrationLimits {
  /** Live attempts of one identifier from one source. */
  abstract readonly attemptsPerSource: number | null;
  abstract readonly attemptsPerIdentifier: number | null;
  /** Live attempts of everybody. */
  abstract readonly liveAttempts: number | null;
  /** Messages to one identifier that one source asked for. */
  abstract readonly sendsPerSourceMinute: number | null;
  abstract readonly sendsPerSourceDay: number | null;
  /** Messages to one identifier in a day. */
  abstract readonly sendsPerIdentifier: number | null;
  /** SMS to everybody in a day. */
  abstract readonly smsPerDay: number | null;
  abstract readonly messageBacklogSeconds: number | null;
}
