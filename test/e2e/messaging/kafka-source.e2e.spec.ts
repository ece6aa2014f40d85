import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMBEDDED } from '../../support/backends.js';
import { consumeKafka, produceKafkaRecord, startKafka } from '../../support/local-kafka.js';
import type { LocalServer } from '../../support/local-servers.js';
import { runProgram } from '../../support/program.js';
import { newRegistration, type RegistrationInput } from '../../support/registration-fixtures.js';
import { TestApp } from '../../support/test-app.js';

const TOPIC = 'foyer.inbound';
const TYPE = 'customer.verified.v1';

describe('customer.verified.v1 by Kafka', () => {
  const app = new TestApp();
  let kafka: LocalServer;
  let broker: string;

  beforeAll(async () => {
    kafka = await startKafka();
    broker = `127.0.0.1:${kafka.port}`;
    await app.attach(await EMBEDDED.start({ EVENT_SOURCES: 'kafka', KAFKA_BROKERS: broker }));
  });
  afterAll(async () => {
    await app.close();
    await kafka.stop();
  });

  const write = (payload: string, key: string = randomUUID()) =>
    produceKafkaRecord(broker, TOPIC, { key, headers: { ce_type: TYPE }, payload });
  const verified = (person: RegistrationInput, attemptId?: string) => {
    const data = { attemptId, email: person.email, verifiedAt: new Date().toISOString() };
    return JSON.stringify({ specversion: '1.0', id: randomUUID(), source: '/verification', type: TYPE, data });
  };
  const registered = async () => {
    const person = newRegistration();
    const { attemptId } = (await app.register(person)).json;
    return { person, attemptId };
  };
  const isLetIn = (person: RegistrationInput) => async () => (await app.logIn(person)).status;
  const figure = async (outcome: string) => {
    const { text } = await app.program.request('GET', '/metrics');
    const line = new RegExp(`^events_received_total{[^}]*outcome="${outcome}"[^}]*} (\\d+)$`, 'm').exec(text);
    return Number(line?.[1] ?? 0);
  };

  it('FM-M1 three times: a customer, once', async () => {
    const { person, attemptId } = await registered();
    const event = verified(person, attemptId);
    for (let n = 0; n < 3; n++) write(event, person.email);
    await expect.poll(() => figure('duplicate'), { timeout: 20_000 }).toBe(2);
    expect(await figure('handled')).toBe(1);
    expect(await isLetIn(person)()).toBe(200);
  });

  it('FM-M3 that cannot be read is laid aside with the reason, for an operator to drop, and the next is handled', async () => {
    const aside = consumeKafka(broker, `${TOPIC}.dead`);
    const { person, attemptId } = await registered();
    write('no json', person.email);
    write(verified(person, attemptId), person.email);
    const dead = await aside.waitFor(({ payload }) => payload === 'no json');
    expect(dead.headers).toMatchObject({ ce_type: TYPE, 'x-foyer-reason': 'not_json' });
    await expect.poll(() => figure('handled'), { timeout: 10_000 }).toBe(2);
    expect(await isLetIn(person)()).toBe(200);
    await aside.stop();
    const args = ['drop', '--of', 'registration.customer.verified.v1', '--all'];
    const desk = await runProgram({ entry: 'dist/apps/server/src/dead-letters.js', args, env: app.program.env });
    expect(desk).toMatchObject({ code: 0, output: expect.stringContaining('1 dropped') });
  });

  it('kill -9: what was written while nobody listened is handled by the next', { timeout: 90_000 }, async () => {
    // Attempts of the embedded default end with the process, so it is about none of them.
    const person = newRegistration();
    await app.program.kill();
    write(verified(person), person.email);
    await app.program.start();
    await expect.poll(() => figure('handled'), { timeout: 60_000, interval: 200 }).toBe(1);
    const { text } = await app.program.request('GET', '/metrics');
    expect(text).toContain('customer_verifications_total{outcome="admitted_without_password"} 1');
  });
});
