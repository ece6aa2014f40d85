import type { MessageLimits } from '../application/message-limits.js';

/** The defaults. */
export const DEFAULT_MESSAGE_LIMITS: MessageLimits = {
  sendsPerSourceMinute: 3,
  sendsPerSourceDay: 5,
  sendsPerIdentifier: 30,
  smsPerSource: 50,
  smsPerDay: 1_000,
};
