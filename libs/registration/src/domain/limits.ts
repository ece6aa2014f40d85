/** The source of a request. */
export interface ClientSource {
  /** IPv4 /32 or IPv6 /64. */
  readonly prefix: string;
  /** True for trusted networks such as a kiosk or an office, which have no source limits. */
  readonly trusted: boolean;
}

/** A new attempt is not replaced for this time, because its code is about to be requested. */
export const PLACED_LIFE_MS = 5_000;

/**
 * A requested code counts as live for this time before its message is accepted: three tries of eight seconds, plus its
 * minute.
 */
export const UNSENT_CODE_LIFE_MS = 90_000;
