import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { SERVICES } from '../support/backends.js';
import type { Reply } from '../support/http-message.js';
import { statusAndCode } from '../support/problem-catalog.js';
import { newRegistration, wrongCode } from '../support/registration-fixtures.js';
import { type SwitchableProxy, startSwitchableProxy } from '../support/switchable-proxy.js';
import { useTestApp } from '../support/test-app.js';
import { connectTestDatabase } from '../support/test-database.js';

interface Readiness {
  readonly status: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

const AWAY = '503 service.unavailable';
const RECOVERY = { timeout: 15_000, interval: 100 };

describe(`a dependency is away, on ${SERVICES.name}`, () => {
  const app = useTestApp(SERVICES);
  const gates: Record<'database' | 'redis' | 'rabbitmq' | 'mail', SwitchableProxy> = {} as never;

  const health = (path = '/ready') => app.request<Readiness>('GET', `/health${path}`);
  const readiness = async (): Promise<string> => {
    const { status, json } = await health();
    const away = Object.entries(json.dependencies).filter(([, state]) => state !== 'ok');
    return [status, json.status, ...away.map(([name]) => name)].join(' ');
  };
  const ready = () => expect.poll(readiness, RECOVERY).toBe('200 ok');
  const mustRetry = ({ headers }: Reply): number => Number(headers.get('retry-after'));

  beforeAll(async () => {
    const { database, redis, broker, mail } = app.services;
    gates.database = await startSwitchableProxy(database.url);
    gates.redis = await startSwitchableProxy(redis.url);
    gates.rabbitmq = await startSwitchableProxy(broker.url);
    gates.mail = await startSwitchableProxy(mail.url);
    await app.program.restart({
      DATABASE_URL: gates.database.url,
      REDIS_URL: gates.redis.url,
      RABBITMQ_URL: gates.rabbitmq.url,
      SMTP_URL: gates.mail.url,
    });
  });

  it('all are there: ok, and each is named', async () => {
    await ready();
    const { json } = await health();
    expect(Object.keys(json.dependencies)).toEqual(expect.arrayContaining(Object.keys(gates)));
    expect((await health('')).text).toBe('{"status":"ok"}');
    expect((await health('/live')).status).toBe(200);
  });

  it.each(['redis', 'rabbitmq', 'mail'] as const)(
    'without %s it is degraded, still 200, and recovers',
    async (name) => {
      await gates[name].disconnect();
      await expect.poll(readiness, RECOVERY).toBe(`200 degraded ${name}`);
      expect([(await health('')).status, (await health('/live')).status]).toEqual([200, 200]);
      await gates[name].reconnect();
      await ready();
    },
  );

  it('without the database it is 503 with Retry-After, and alive', async () => {
    await gates.database.disconnect();
    await expect.poll(readiness, RECOVERY).toMatch(/^503 \w+ database/);
    const overall = await health('');
    expect([overall.status, mustRetry(overall) > 0]).toEqual([503, true]);
    expect((await health('/live')).status).toBe(200);
    await gates.database.reconnect();
    await ready();
  });

  it('AC-54 without Redis nothing is checked and nothing is lost: 503, then the code is good', async () => {
    const { person, code } = await app.createPendingRegistration();
    await gates.redis.disconnect();
    for (const reply of [
      await app.register(newRegistration()),
      await app.activate(person, code),
      await app.activate(person, wrongCode(code)),
      await app.getMyRegistration(person),
      await app.resendCode(person),
    ])
      expect([statusAndCode(reply), mustRetry(reply) > 0]).toEqual([AWAY, true]);
    await gates.redis.reconnect();
    await ready();
    expect((await app.getMyRegistration(person)).json.attemptsRemaining).toBe(3);
    expect((await app.activate(person, code)).status).toBe(200);
  });

  it('without the database the right code is 503, and good once it is back', async () => {
    const { person, code } = await app.createPendingRegistration();
    await gates.database.disconnect();
    for (const reply of [await app.activate(person, code), await app.register(newRegistration())])
      expect([statusAndCode(reply), mustRetry(reply) > 0]).toEqual([AWAY, true]);
    await gates.database.reconnect();
    await ready();
    expect((await app.activate(person, code)).status).toBe(200);
  });

  it('without the broker people register and are activated', async () => {
    await gates.rabbitmq.disconnect();
    const { person } = await app.createCustomer();
    expect((await app.logIn(person)).status).toBe(200);
    await gates.rabbitmq.reconnect();
    await ready();
  });

  it('without the mail server people register, and the code comes when it is back', async () => {
    await gates.mail.disconnect();
    const back = sleep(300).then(() => gates.mail.reconnect());
    const { person, code } = await app.createPendingRegistration();
    await back;
    expect((await app.activate(person, code)).status).toBe(200);
  });

  it('a second activation waits for the first, at most two seconds: then 409, and the first is done', async () => {
    const { person, code } = await app.createPendingRegistration();
    const unlock = await lockCustomers(app.services.database.url);
    const first = app.activate(person, code);
    await sleep(100);
    const asked = performance.now();
    const second = app.activate(person, code).then((reply) => ({ reply, waited: performance.now() - asked }));
    await sleep(2_500);
    await unlock();
    const { reply, waited } = await second;
    expect(statusAndCode(reply)).toBe('409 registration.in_progress');
    expect(waited).toBeGreaterThan(1_800);
    expect(waited).toBeLessThan(2_600);
    expect((await first).status).toBe(200);
    expect((await app.activate(person, code)).text).toBe((await first).text);
  });
});

/** As a long transaction of somebody else would: no customer can be stored. Returns the way to end it. */
async function lockCustomers(url: string): Promise<() => Promise<void>> {
  const client = connectTestDatabase(url);
  await client.lock('customers', 'writes');
  return async () => {
    await client.unlock();
    await client.end();
  };
}
