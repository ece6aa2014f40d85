const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What one source may do at one name. */
export interface Backoff {
  /** Wrong passwords in a row that cost no wait. Never 0: others could keep the owner out. */
  readonly freeTries: number;
  /** The wait after the last of them; each further wrong password doubles it. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
}

export const CALM: Backoff = { freeTries: 5, firstWaitMs: SECOND_MS, longestWaitMs: 15 * MINUTE_MS };
export const BUSY: Backoff = { freeTries: 2, firstWaitMs: MINUTE_MS, longestWaitMs: 4 * HOUR_MS };
export const ATTACKED: Backoff = { freeTries: 2, firstWaitMs: 15 * MINUTE_MS, longestWaitMs: DAY_MS };

/** From so many wrong passwords at one name on, by all sources together, less those that are forgotten. */
export const BUSY_FROM = 30;
export const ATTACKED_FROM = 300;

/** Of the total of a name one wrong password is forgotten in this time. */
export const FORGET_ONE_MS = 15 * MINUTE_MS;
/** The total counts no further, so that an attack of any size is forgotten four days after its end. */
export const MOST_COUNTED = 400;

/** @param total wrong passwords at the name by all sources; 0 where others have no influence */
export function backoffAt(total: number): Backoff {
  if (total >= ATTACKED_FROM) return ATTACKED;
  return total >= BUSY_FROM ? BUSY : CALM;
}

/** How long the source is not compared after so many wrong passwords in a row. */
export function waitAfter(wrong: number, total = 0): number {
  const { freeTries, firstWaitMs, longestWaitMs } = backoffAt(total);
  return wrong < freeTries ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** (wrong - freeTries));
}

/** The total of a name is kept as the moment at which all of it will be forgotten. */
export const totalAt = (nowMs: number, forgottenAtMs: number): number =>
  Math.ceil(Math.max(0, forgottenAtMs - nowMs) / FORGET_ONE_MS);

/** That moment after one more wrong password. */
export const forgottenAfter = (nowMs: number, forgottenAtMs: number): number =>
  Math.min(Math.max(nowMs, forgottenAtMs) + FORGET_ONE_MS, nowMs + MOST_COUNTED * FORGET_ONE_MS);

/** After so long without a wrong password, counted from the end of its wait, the count of a source begins anew. */
export const QUIET_MS = DAY_MS;

/** A try that is neither settled nor given back for so long belonged to a process that died. */
export const LOST_MS = 15 * SECOND_MS;
