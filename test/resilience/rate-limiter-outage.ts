import { expect } from 'vitest';
import { send } from '../support/http-message.js';
import { activate, randomCredentials, wrongCodes } from '../support/registration-requests.js';
import {
  createPendingRegistration,
  fetchAttemptsRemaining,
  measureRecoveryMs,
  type RedisDeployment,
  summarizeRefusals,
} from './redis-deployment.js';

/** All that the program keeps in Redis but the counts of its limits. */
const NON_COUNTER_KEY_PATTERNS = ['attempts', 'code:*', 'notified', 'messages'].map((name) => `~foyer:{*}:${name}`);

/**
 * AC-54: takes the counts away, and nothing else. What is limited must be refused then, not let through.
 * @throws AssertionError when it is let through
 */
export async function assertRateLimiterFailsClosed({ deployment, redis }: RedisDeployment): Promise<void> {
  const { person, code } = await createPendingRegistration(deployment);
  const [wrong = ''] = wrongCodes(code, 1);
  await redis.call('ACL', 'SETUSER', 'default', 'resetkeys', ...NON_COUNTER_KEY_PATTERNS);
  try {
    expect(await fetchAttemptsRemaining(deployment, person), 'what is not limited works').toBe(3);
    for (const url of deployment.urls) {
      const replies = [
        await send(`${url}/v1/registrations`, 'POST', { json: randomCredentials() }),
        await activate(url, person, wrong),
        await activate(url, person, code),
      ];
      expect(summarizeRefusals(replies)).toEqual(Array(3).fill('503 retry'));
    }
  } finally {
    await redis.call('ACL', 'SETUSER', 'default', 'allkeys');
  }
  await measureRecoveryMs(deployment);
  expect(await fetchAttemptsRemaining(deployment, person)).toBe(3);
  expect((await activate(deployment.urls[1] ?? '', person, code)).status).toBe(200);
}
