const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What one source may do at one name. */
export interface BackoffPolicy {
  /** Wrong passwords in a row that cost no wait. Never 0: others could keep the owner out. */
  readonly freeTries: number;
  /** The wait after the last of them; each further wrong password doubles it. */
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
}

export const NORMAL_BACKOFF: BackoffPolicy = { freeTries: 5, firstWaitMs: SECOND_MS, maxWaitMs: 15 * MINUTE_MS };
export const ELEVATED_BACKOFF: BackoffPolicy = { freeTries: 2, firstWaitMs: MINUTE_MS, maxWaitMs: 4 * HOUR_MS };
export const ATTACK_BACKOFF: BackoffPolicy = { freeTries: 2, firstWaitMs: 15 * MINUTE_MS, maxWaitMs: DAY_MS };

/** From so many wrong passwords at one name on, by all sources together, less those that are forgotten. */
export const ELEVATED_FROM_TOTAL = 30;
export const ATTACK_FROM_TOTAL = 300;

/** Of the total of a name one wrong password is forgotten in this time. */
export const TOTAL_DECAY_INTERVAL_MS = 15 * MINUTE_MS;
/** The total counts no further, so that an attack of any size is forgotten four days after its end. */
export const MAX_COUNTED_TOTAL = 400;

/** @param total wrong passwords at the name by all sources; 0 where others have no influence */
export function backoffForTotal(total: number): BackoffPolicy {
  if (total >= ATTACK_FROM_TOTAL) return ATTACK_BACKOFF;
  return total >= ELEVATED_FROM_TOTAL ? ELEVATED_BACKOFF : NORMAL_BACKOFF;
}

/** How long the source is not compared after so many wrong passwords in a row. */
export function waitMsAfter(wrongTries: number, total = 0): number {
  const { freeTries, firstWaitMs, maxWaitMs } = backoffForTotal(total);
  return wrongTries < freeTries ? 0 : Math.min(maxWaitMs, firstWaitMs * 2 ** (wrongTries - freeTries));
}

/** The total of a name is kept as the moment at which all of it will be forgotten. */
export const remainingTotalAt = (nowMs: number, forgottenAtMs: number): number =>
  Math.ceil(Math.max(0, forgottenAtMs - nowMs) / TOTAL_DECAY_INTERVAL_MS);

/** That moment after one more wrong password. */
export const decayedAtAfterWrongTry = (nowMs: number, forgottenAtMs: number): number =>
  Math.min(
    Math.max(nowMs, forgottenAtMs) + TOTAL_DECAY_INTERVAL_MS,
    nowMs + MAX_COUNTED_TOTAL * TOTAL_DECAY_INTERVAL_MS,
  );

/** After so long without a wrong password, counted from the end of its wait, the count of a source begins anew. */
export const COUNT_RESET_AFTER_MS = DAY_MS;

/** A try that is neither settled nor given back for so long belonged to a process that died. */
export const ABANDONED_TRY_AFTER_MS = 15 * SECOND_MS;
