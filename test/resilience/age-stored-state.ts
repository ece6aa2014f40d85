import type { Redis } from 'ioredis';
import type { Credentials } from '../support/registration-requests.js';
import type { TestDeployment } from '../support/test-deployment.js';

// What is kept is made older, instead of waiting until it is.

/** The leases of those who died have ended: due messages and events may be taken again. */
export async function expireLeases({ redis, database }: TestDeployment): Promise<void> {
  await database.query('update outbox_deliveries set lease_token = null, lease_until = 0');
  const entries = await redis.zrange('foyer:{due}:messages', 0, -1);
  for (const entry of entries) await redis.zadd('foyer:{due}:messages', 'XX', Date.now(), entry);
}

/** The claims of activations that never ended have lapsed. */
export async function expireClaims({ redis }: TestDeployment): Promise<void> {
  for (const key of await redis.keys('foyer:{*}:code:*'))
    if (await redis.hexists(key, 'until')) await redis.hset(key, 'until', 0);
}

/** The last code of these attempts was asked for a minute ago. */
export async function ageLastCodes({ redis }: TestDeployment, { email }: Credentials): Promise<void> {
  for (const key of await redis.keys('foyer:{????????????????*}:attempts')) await ageAttempts(redis, key, email);
}

async function ageAttempts(redis: Redis, key: string, email: string): Promise<void> {
  for (const [tag, text] of Object.entries(await redis.hgetall(key))) {
    const attempt = JSON.parse(text) as { recipient: string; askedAt: number; codeUntil: number };
    const { recipient, askedAt, codeUntil } = attempt;
    const older = { ...attempt, askedAt: askedAt - 60_000, codeUntil: codeUntil - 60_000 };
    if (recipient === email) await redis.hset(key, tag, JSON.stringify(older));
  }
}
