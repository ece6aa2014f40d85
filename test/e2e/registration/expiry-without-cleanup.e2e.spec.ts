import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICES } from '../../support/backends.js';
import { statusAndCode } from '../../support/problem-catalog.js';
import { newRegistration, withPassword, wrongCode } from '../../support/registration-fixtures.js';
import { type PendingRegistration, useTestApp } from '../../support/test-app.js';
import { connectTestDatabase } from '../../support/test-database.js';

const LIFE_MS = 1_000;
const OVER = '410 registration.code_expired';

describe('AC-13 nothing is cleaned up any more', () => {
  const app = useTestApp(SERVICES, { CODE_TTL_SECONDS: String(LIFE_MS / 1000), LIMIT_GUESSES_PER_DAY: '3' });
  let redis: Redis;
  beforeAll(() => {
    redis = new Redis(app.services.redis.url);
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
    const { person, code, message }: PendingRegistration = await app.createPendingRegistration();
    expect((await keep()).length).toBeGreaterThanOrEqual(2);
    await sleep(Math.max(0, message.acceptedAt + LIFE_MS + 100 - Date.now()));
    expect(statusAndCode(await app.activate(person, code))).toBe(OVER);
    expect((await app.getMyRegistration(person)).json).toMatchObject({ codeExpiresAt: null, attemptsRemaining: 0 });
  });

  it('an attempt is over all the same, and gives way to the next', async () => {
    const { person, code, ticket } = await app.createPendingRegistration();
    expect((await app.getMyRegistration(person)).status).toBe(200);
    await age();
    for (const reply of [
      await app.getMyRegistration(person),
      await app.activate(person, code),
      await app.resendCode(person),
    ])
      expect(statusAndCode(reply)).toBe('401 auth.invalid_credentials');
    const again = await app.register(person);
    expect(again.json).toMatchObject({ id: ticket.id });
    expect(again.json.attemptId).not.toBe(ticket.attemptId);
  });

  it('a receipt is over all the same', async () => {
    const { person, code } = await app.createCustomer();
    await age();
    expect(statusAndCode(await app.activate(person, code))).toBe('401 auth.invalid_credentials');
    expect((await app.logIn(person)).status).toBe(200);
  });

  it('guesses of the day before yesterday do not count, however long their rows stay', async () => {
    const person = newRegistration();
    const { code } = await app.createPendingRegistration(person);
    for (const n of [1, 2, 3]) await app.activate(person, wrongCode(code, n));
    expect((await app.register(withPassword(person))).json.codeLength).toBe(8);
    const client = connectTestDatabase(app.services.database.url);
    const { rowCount } = await client.query('update code_guesses set hour = hour - 26');
    await client.end();
    expect(rowCount).toBeGreaterThan(0);
    expect((await app.register(withPassword(person))).json.codeLength).toBe(4);
  });
});
