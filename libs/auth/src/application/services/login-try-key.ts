import type { LoginTryKey } from '../ports.js';

/**
 * Keyed by the submitted name, so that the count does not depend on whether the name belongs to a customer, and reveals nothing
 * about other names of that customer.
 * @param nameHash of the canonical name
 * @param source prefix
 */
export const tryKeyByName = (nameHash: string, source: string): LoginTryKey => ({
  subjectKey: `name:${nameHash}`,
  source,
  slowedByOthers: true,
});

/** For a device from which the customer has signed in. Independent of other sources. */
export const tryKeyByDevice = (customerId: string, deviceId: string): LoginTryKey => ({
  subjectKey: `customer:${customerId}`,
  source: `device:${deviceId}`,
  slowedByOthers: false,
});

/** For a caller with an access token of this session. Never delays a sign-in. */
export const tryKeyBySession = (customerId: string, sessionId: string): LoginTryKey => ({
  subjectKey: `customer:${customerId}`,
  source: `session:${sessionId}`,
  slowedByOthers: false,
});
