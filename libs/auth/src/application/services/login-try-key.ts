import type { LoginTryKey } from '../ports.js';

/**
 * By the name as it was typed, so that the count is the same whether the name is a customer's, becomes one's or is nobody's, and
 * tells nothing about a customer's other names.
 * @param nameHash of the canonical name
 * @param source prefix
 */
export const tryKeyByName = (nameHash: string, source: string): LoginTryKey => ({
  subjectKey: `name:${nameHash}`,
  source,
  slowedByOthers: true,
});

/** From a device that the customer has signed in from: others have no influence. */
export const tryKeyByDevice = (customerId: string, deviceId: string): LoginTryKey => ({
  subjectKey: `customer:${customerId}`,
  source: `device:${deviceId}`,
  slowedByOthers: false,
});

/** By somebody who has an access token of this session: no sign-in waits for it. */
export const tryKeyBySession = (customerId: string, sessionId: string): LoginTryKey => ({
  subjectKey: `customer:${customerId}`,
  source: `session:${sessionId}`,
  slowedByOthers: false,
});
