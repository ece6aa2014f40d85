const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Limits for one source and one name. */
export interface BackoffPolicy {
  /** Wrong passwords in a row without a wait. Never 0, or others could lock the owner out. */
  readonly freeTries: number;
  /** The wait after the last free try. Each further wrong password doubles it. */
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
}

export const NORMAL_BACKOFF: BackoffPolicy = { freeTries: 5, firstWaitMs: SECOND_MS, maxWaitMs: 15 * MINUTE_MS };
export const ELEVATED_BACKOFF: BackoffPolicy = { freeTries: 2, firstWaitMs: MINUTE_MS, maxWaitMs: 4 * HOUR_MS };
export const ATTACK_BACKOFF: BackoffPolicy = { freeTries: 2, firstWaitMs: 15 * MINUTE_MS, maxWaitMs: DAY_MS };

/** Thresholds of the total of wrong passwords for a name, over all sources, after decay. */
export const ELEVATED_FROM_TOTAL = 30;
export const ATTACK_FROM_TOTAL = 300;

/** The total of a name decays by one wrong password in this time. */
export const TOTAL_DECAY_INTERVAL_MS = 15 * MINUTE_MS;
/** Maximum of the total, so that it decays within about four days after any attack. */
export const MAX_COUNTED_TOTAL = 400;

/** @param total wrong passwords for the name from all sources; 0 where other sources have no influence */
export function backoffForTotal(total: number): BackoffPolicy {
  if (total >= ATTACK_FROM_TOTAL) return ATTACK_BACKOFF;
  return total >= ELEVATED_FROM_TOTAL ? ELEVATED_BACKOFF : NORMAL_BACKOFF;
}

/** The wait of a source after this number of wrong passwords in a row. */
export function waitMsAfter(wrongTries: number, total = 0): number {
  const { freeTries, firstWaitMs, maxWaitMs } = backoffForTotal(total);
  return wrongTries < freeTries ? 0 : Math.min(maxWaitMs, firstWaitMs * 2 ** (wrongTries - freeTries));
}

/** The total of a name is stored as the time at which it will have decayed to zero. */
export const remainingTotalAt = (nowMs: number, decayedAtMs: number): number =>
  Math.ceil(Math.max(0, decayedAtMs - nowMs) / TOTAL_DECAY_INTERVAL_MS);

/** That time after one more wrong password. */
export const decayedAtAfterWrongTry = (nowMs: number, decayedAtMs: number): number =>
  Math.min(Math.max(nowMs, decayedAtMs) + TOTAL_DECAY_INTERVAL_MS, nowMs + MAX_COUNTED_TOTAL * TOTAL_DECAY_INTERVAL_MS);

/** The count of a source resets after this time without a wrong password, measured from the end of its wait. */
export const COUNT_RESET_AFTER_MS = DAY_MS;

/** A try that is neither settled nor cancelled in this time is treated as abandoned by a crashed process. */
export const ABANDONED_TRY_AFTER_MS = 15 * SECOND_MS;
