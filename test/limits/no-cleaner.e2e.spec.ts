import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICES } from '../registration/backends.js';
import { type Pending, useHall } from '../registration/hall.js';
import { newcomer, withPassword, wrongCode } from '../registration/people.js';
import { outcomeOf } from '../registration/problem-list.js';
import { connectTo } from '../support/test-database.js';

const LIFE_MS = 1_000;
const OVER = '410 registration.code_expired';

describe('AC-13 nothing is cleaned up any more', () => {
  const hall = useHall(SERVICES, { CODE_TTL_SECONDS: String(LIFE_MS / 1000), LIMIT_GUESSES_PER_DAY: '3' });
  let redis: Redis;
  beforeAll(() => {
    redis = new Redis(hall.services.redis.url);
  });
  afterAll(() => redis.disconnect());

  const keep = async (): Promise<string[]> => {
    const keys = await redis.keys('foyer:*');
    for (const key of keys) await redis.persist(key);
    return keys;
  };

  /** As if its thirty minutes were over. */
  const age = async (): Promise<void> => {
    for (const key of await keep()) {
      const fields = (await redis.type(key)) === 'hash' ? await redis.hgetall(key) : {};
      for (const [field, text] of Object.entries(fields))
        if (text.startsWith('{')) await redis.hset(key, field, JSON.stringify({ ...JSON.parse(text), expiresAt: 1 }));
    }
  };

  it('a code is over all the same', async () => {
    const { person, code, message }: Pending = await hall.pending();
    expect((await keep()).length).toBeGreaterThanOrEqual(2);
    await sleep(Math.max(0, message.acceptedAt + LIFE_MS + 100 - Date.now()));
    expect(outcomeOf(await hall.activate(person, code))).toBe(OVER);
    expect((await hall.mine(person)).json).toMatchObject({ codeExpiresAt: null, attemptsRemaining: 0 });
  });

  it('an attempt is over all the same, and gives way to the next', async () => {
    const { person, code, ticket } = await hall.pending();
    expect((await hall.mine(person)).status).toBe(200);
    await age();
    for (const reply of [await hall.mine(person), await hall.activate(person, code), await hall.resend(person)])
      expect(outcomeOf(reply)).toBe('401 auth.invalid_credentials');
    const again = await hall.register(person);
    expect(again.json).toMatchObject({ id: ticket.id });
    expect(again.json.attemptId).not.toBe(ticket.attemptId);
  });

  it('a receipt is over all the same', async () => {
    const { person, code } = await hall.customer();
    await age();
    expect(outcomeOf(await hall.activate(person, code))).toBe('401 auth.invalid_credentials');
    expect((await hall.logIn(person)).status).toBe(200);
  });

  it('guesses of the day before yesterday do not count, however long their rows stay', async () => {
    const person = newcomer();
    const { code } = await hall.pending(person);
    for (const n of [1, 2, 3]) await hall.activate(person, wrongCode(code, n));
    expect((await hall.register(withPassword(person))).json.codeLength).toBe(8);
    const client = connectTo(hall.services.database.url);
    const { rowCount } = await client.query('update code_guesses set hour = hour - 26');
    await client.end();
    expect(rowCount).toBeGreaterThan(0);
    expect((await hall.register(withPassword(person))).json.codeLength).toBe(4);
  });
});
