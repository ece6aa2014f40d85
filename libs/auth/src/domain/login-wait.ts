/** Wrong passwords in a row that cost nothing but themselves. */
export const FREE_TRIES = 5;
const LONGEST_MS = 15 * 60_000;

/** How long nobody is compared after so many wrong passwords in a row: 2^(n-5) seconds, at most 15 minutes. */
export const waitAfter = (wrong: number): number =>
  wrong < FREE_TRIES ? 0 : Math.min(LONGEST_MS, 1_000 * 2 ** (wrong - FREE_TRIES));

/** After so long without a wrong password the count begins anew. */
export const QUIET_MS = LONGEST_MS;

/** A source that succeeded is known for so long, and has a count of its own: others cannot keep the owner out. */
export const KNOWN_MS = 30 * 24 * 3_600_000;

/** A try that is neither settled nor given back for so long belonged to a process that died. */
export const LOST_MS = 15_000;
