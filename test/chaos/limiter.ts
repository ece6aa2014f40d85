import { expect } from 'vitest';
import { activate, stranger, wrongCodes } from '../replicas/people.js';
import { send } from '../support/http-message.js';
import { applicant, type RedisHouse, recovery, refusals, remaining } from './redis-house.js';

/** All that the program keeps in Redis but the counts of its limits. */
const UNCOUNTED = ['attempts', 'code:*', 'notified', 'messages'].map((name) => `~foyer:{*}:${name}`);

/**
 * AC-54: takes the counts away, and nothing else. What is limited must be refused then, not let through.
 * @throws AssertionError when it is let through
 */
export async function limiterFailsClosed({ house, redis }: RedisHouse): Promise<void> {
  const { person, code } = await applicant(house);
  const [wrong = ''] = wrongCodes(code, 1);
  await redis.call('ACL', 'SETUSER', 'default', 'resetkeys', ...UNCOUNTED);
  try {
    expect(await remaining(house, person), 'what is not limited works').toBe(3);
    for (const url of house.urls) {
      const replies = [
        await send(`${url}/v1/registrations`, 'POST', { json: stranger() }),
        await activate(url, person, wrong),
        await activate(url, person, code),
      ];
      expect(refusals(replies)).toEqual(Array(3).fill('503 retry'));
    }
  } finally {
    await redis.call('ACL', 'SETUSER', 'default', 'allkeys');
  }
  await recovery(house);
  expect(await remaining(house, person)).toBe(3);
  expect((await activate(house.urls[1] ?? '', person, code)).status).toBe(200);
}
