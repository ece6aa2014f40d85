/** The only source of time. UTC, millisecond precision. */
export abstract class Clock {
  abstract now(): Date;
  /** Resolves after this many milliseconds of this clock. */
  abstract pause(milliseconds: number): Promise<void>;
}
