/** Where a request comes from. */
export interface ClientSource {
  /** IPv4 /32 or IPv6 /64. */
  readonly prefix: string;
  /** A kiosk, an office: it has no source limits. */
  readonly trusted: boolean;
}

/** An attempt that has just been placed is about to be asked for: so long it does not give way. */
export const PLACED_LIFE_MS = 5_000;

/**
 * A code that was asked for counts as alive for so long before its message is accepted: three tries of eight seconds,
 * and its own minute.
 */
export const UNSENT_CODE_LIFE_MS = 90_000;
