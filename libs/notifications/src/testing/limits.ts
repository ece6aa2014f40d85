import type { MessageLimits } from '../application/limits.js';

/** The defaults. */
export const LIMITS: MessageLimits = {
  sendsPerSourceMinute: 3,
  sendsPerSourceDay: 5,
  sendsPerIdentifier: 30,
  smsPerSource: 50,
  smsPerDay: 1_000,
};
