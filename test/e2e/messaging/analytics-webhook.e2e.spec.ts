import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICES } from '../../support/backends.js';
import { consumeEvents, type EventConsumer } from '../../support/rabbit-consumer.js';
import { freshPhone, newRegistration } from '../../support/registration-fixtures.js';
import { TestApp } from '../../support/test-app.js';
import { startWebhookSink, type WebhookSink } from '../../support/webhook-sink.js';

const SECRET = `whsec_${randomBytes(32).toString('base64')}`;
const STARTED = 'registration.started.v1';

describe('the external analytics system', () => {
  const app = new TestApp();
  let sink: WebhookSink;
  let consumer: EventConsumer;

  beforeAll(async () => {
    sink = await startWebhookSink(SECRET);
    await app.attach(await SERVICES.start({ ANALYTICS_URL: sink.url, ANALYTICS_SECRET: SECRET }));
    consumer = await consumeEvents(app.services.broker.url);
  }, 90_000);
  afterAll(async () => {
    await consumer?.stop();
    await app.close();
    await sink?.stop();
  });

  /** The event bears the id of its attempt. */
  const started = (id: string) => consumer.waitFor(({ type, body }) => type === STARTED && body['id'] === id, 10_000);
  const attemptOf = ({ payload }: { payload: string }) => (JSON.parse(payload) as { id: string }).id;

  it('is told, signed, of who begins to register with a phone, without the number, and of nothing else', async () => {
    const { customer } = await app.createCustomer();
    const phone = freshPhone();
    const { person, ticket, code } = await app.createPendingRegistration(newRegistration({ phone }));
    const { attemptId } = ticket;
    const call = await sink.waitFor((one) => attemptOf(one) === attemptId);
    const { id } = (await app.activate(person, code)).json;
    const told = { id: attemptId, type: STARTED, subject: id, data: { id, attemptId, channel: 'sms', market: 'US' } };
    expect(JSON.parse(call.payload)).toMatchObject(told);
    expect(JSON.stringify(call)).not.toContain(phone.slice(2));
    expect(customer.id).not.toBe(id);
    expect(sink.events.map(attemptOf)).toEqual([attemptId]);
  });

  it.each([
    ['hangs', { delayMs: 8_000 }],
    ['breaks', { drop: 'before' as const }],
    ['answers 503', { status: 503 }],
  ])('changes nothing when it %s, and hears of it later', async (_, behaviour) => {
    sink.setBehaviour(behaviour);
    const phone = freshPhone();
    const begun = performance.now();
    const { ticket, code, person } = await app.createPendingRegistration(newRegistration({ phone }));
    expect((await app.activate(person, code)).status).toBe(200);
    await started(ticket.attemptId);
    expect(performance.now() - begun, 'nobody waited for it').toBeLessThan(7_000);
    const ready = await app.request<{ status: string }>('GET', '/health/ready');
    expect([ready.status, ready.json.status]).toEqual([200, 'ok']);
    expect(sink.events.map(attemptOf)).not.toContain(ticket.attemptId);
    sink.setBehaviour({});
    await sink.waitFor((one) => attemptOf(one) === ticket.attemptId, 30_000);
  });
});
