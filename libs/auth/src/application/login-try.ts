import type { LoginTry } from './ports.js';

/**
 * By the name as it was typed, so that the count is the same whether the name is a customer's, becomes one's or is nobody's, and
 * tells nothing about a customer's other names.
 * @param nameHash of the canonical name
 * @param source prefix
 */
export const tryByName = (nameHash: string, source: string): LoginTry => ({
  subjectKey: `name:${nameHash}`,
  source,
  slowedByOthers: true,
});

/** From a device that the customer has signed in from: others have no influence. */
export const tryByDevice = (customerId: string, deviceId: string): LoginTry => ({
  subjectKey: `customer:${customerId}`,
  source: `device:${deviceId}`,
  slowedByOthers: false,
});

/** By somebody who has an access token of this session: no sign-in waits for it. */
export const tryBySession = (customerId: string, sessionId: string): LoginTry => ({
  subjectKey: `customer:${customerId}`,
  source: `session:${sessionId}`,
  slowedByOthers: false,
});
