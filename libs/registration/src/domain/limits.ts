/** How many attempts of one identifier may stand side by side. */
export const ATTEMPT_LIMITS = {
  /** From one source prefix. */
  perSource: 3,
  perIdentifier: 12,
} as const;

/**
 * A code that was asked for counts as alive for so long before its message is accepted: three tries of eight seconds,
 * and its own minute.
 */
export const UNSENT_CODE_LIFE_MS = 90_000;
