/** How often each scenario is played: once among the other tests, more often by `make chaos`. */
export const ROUNDS = Number(process.env['CHAOS_ROUNDS'] ?? 1);

/** Among the other tests one database has to do. */
export const isChaosRun = process.env['CHAOS_ROUNDS'] !== undefined;

/** 1, 2, … for `it.each`. */
export const rounds = Array.from({ length: ROUNDS }, (_, i) => i + 1);
