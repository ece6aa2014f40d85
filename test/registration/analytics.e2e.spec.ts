import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consumeEvents, type RabbitConsumer } from '../support/rabbit-consumer.js';
import { startWebhookSink, type WebhookSink } from '../support/webhook-sink.js';
import { SERVICES } from './backends.js';
import { Hall } from './hall.js';
import { freshPhone, newcomer } from './people.js';

const SECRET = `whsec_${randomBytes(32).toString('base64')}`;
const STARTED = 'registration.started.v1';

describe('the external analytics system', () => {
  const hall = new Hall();
  let sink: WebhookSink;
  let consumer: RabbitConsumer;

  beforeAll(async () => {
    sink = await startWebhookSink(SECRET);
    await hall.open(await SERVICES.open({ ANALYTICS_URL: sink.url, ANALYTICS_SECRET: SECRET }));
    consumer = await consumeEvents(hall.services.broker.url);
  }, 90_000);
  afterAll(async () => {
    await consumer?.stop();
    await hall.close();
    await sink?.stop();
  });

  /** The event bears the id of its attempt. */
  const started = (id: string) => consumer.waitFor(({ type, body }) => type === STARTED && body['id'] === id, 10_000);
  const attemptOf = ({ payload }: { payload: string }) => (JSON.parse(payload) as { id: string }).id;

  it('is told, signed, of who begins to register with a phone, without the number, and of nothing else', async () => {
    const { customer } = await hall.customer();
    const phone = freshPhone();
    const { person, ticket, code } = await hall.pending(newcomer({ phone }));
    const { attemptId } = ticket;
    const call = await sink.waitFor((one) => attemptOf(one) === attemptId);
    const { id } = (await hall.activate(person, code)).json;
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
    sink.behave(behaviour);
    const phone = freshPhone();
    const begun = performance.now();
    const { ticket, code, person } = await hall.pending(newcomer({ phone }));
    expect((await hall.activate(person, code)).status).toBe(200);
    await started(ticket.attemptId);
    expect(performance.now() - begun, 'nobody waited for it').toBeLessThan(7_000);
    const ready = await hall.request<{ status: string }>('GET', '/health/ready');
    expect([ready.status, ready.json.status]).toEqual([200, 'ok']);
    expect(sink.events.map(attemptOf)).not.toContain(ticket.attemptId);
    sink.behave({});
    await sink.waitFor((one) => attemptOf(one) === ticket.attemptId, 30_000);
  });
});
