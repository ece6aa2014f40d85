import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, EMBEDDED } from '../../support/backends.js';
import { consumeEvents, type EventConsumer, type ReceivedEvent } from '../../support/rabbit-consumer.js';
import { freshEmail, freshPhone, newRegistration, withPassword } from '../../support/registration-fixtures.js';
import { useTestApp } from '../../support/test-app.js';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const STARTED = 'registration.started.v1';
const SENT = 'registration.code_sent.v1';
const CREATED = 'customer.created.v1';

describe.each(BACKENDS)('events on $name', (backend) => {
  const app = useTestApp(backend);
  /** None on the embedded default: there they stay in the process, and only the figures tell of them. */
  let consumer: EventConsumer | undefined;

  beforeAll(async () => {
    if (app.instance.services) consumer = await consumeEvents(app.instance.services.broker.url);
    else while ((await published()) === 0) await sleep(50);
  });
  afterAll(() => consumer?.stop());

  async function figures(): Promise<readonly [published: number, waiting: number]> {
    const { text } = await app.request('GET', '/metrics');
    const figure = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0);
    return [figure(/^events_published_total\{.*\} (\d+)$/m), figure(/^outbox_depth\{.*\} (\d+)$/m)];
  }

  const published = async (): Promise<number> => (await figures())[0];

  /** How many were published, once nothing waits and no more come: a sent code is told of a moment after it was sent. */
  async function settled(): Promise<number> {
    let before = -1;
    for (let now = await published(); now !== before; now = await published()) {
      before = now;
      await expect.poll(async () => (await figures())[1], { timeout: 5_000 }).toBe(0);
      await sleep(300);
    }
    return before;
  }

  /** The types that were announced by this call, in order, once no more come. */
  async function announcedBy(subject: () => string, call: () => Promise<unknown>, count: number): Promise<string[]> {
    const before = await settled();
    await call();
    await expect.poll(published, { timeout: 5_000 }).toBe(before + count);
    await app.waitForQueuedMessages(); // announces a start and a code of its own
    await expect.poll(published, { timeout: 5_000 }).toBe(before + count + 2);
    return eventsOf(subject()).map(({ type }) => type);
  }

  const eventsOf = (subject: string): readonly ReceivedEvent[] =>
    consumer?.events.filter((event) => event.subject === subject) ?? [];

  it('one start and one code for each new attempt, one customer, nothing for repetitions', async () => {
    const person = newRegistration();
    let id = '';
    const types = await announcedBy(
      () => id,
      async () => {
        await app.createPendingRegistration(person);
        await app.register(person);
        const second = await app.createPendingRegistration(withPassword(person));
        for (let times = 0; times < 3; times++) id = (await app.activate(second.person, second.code)).json.id;
        await app.logIn(second.person);
      },
      6, // the last one is of the session
    );
    if (consumer) expect(types.toSorted()).toEqual([CREATED, SENT, SENT, STARTED, STARTED]);
  });

  it('AC-26 an attempt on the identifier of a customer is announced as any other', async () => {
    const { person, customer } = await app.createCustomer();
    const types = await announcedBy(
      () => customer.id,
      () => app.register(withPassword(person)),
      2,
    );
    const ofAttempts = types.filter((type) => type !== CREATED);
    if (consumer) expect(ofAttempts.toSorted()).toEqual([SENT, SENT, STARTED, STARTED]);
  });

  it('nothing is announced that was refused', async () => {
    const types = await announcedBy(
      () => '',
      async () => {
        await app.register({ ...newRegistration(), password: 'short' });
        await app.register({ ...newRegistration(), status: 'active' });
        await app.activate(newRegistration(), '0420');
      },
      0,
    );
    expect(types).toEqual([]);
  });

  if (backend === EMBEDDED) return;

  it('are CloudEvents with all that the contract names, and no secret', async () => {
    const traceparent = `00-${randomUUID().replaceAll('-', '')}-00f067aa0ba902b7-01`;
    const headers = { 'x-correlation-id': `test.${randomUUID()}`, traceparent };
    const names = { firstName: 'Ada', lastName: 'Lovelace', market: 'GB', locale: 'en-GB' };
    const person = newRegistration({ email: freshEmail(), ...names });
    const to = person.email ?? '';
    const { reply, code } = await app.captureMessage(to, () => app.register(person, { headers }));
    const { attemptId } = reply.json;
    const { json: customer } = await app.activate(person, code, { headers });
    const { id } = customer;
    const created = await consumer?.waitFor((event) => event.type === CREATED && event.subject === id);
    const started = await consumer?.waitFor((event) => event.type === STARTED && event.subject === id);
    const sent = await consumer?.waitFor((event) => event.type === SENT && event.subject === id);

    const { document: _document, attributes: _attributes, ...announced } = customer;
    const attempt = { id, attemptId, channel: 'email', market: 'GB' };
    const common = {
      specversion: '1.0',
      id: expect.stringMatching(UUID_V7),
      subject: id,
      time: expect.stringMatching(MOMENT),
      datacontenttype: 'application/json',
      sequence: 1,
      correlationid: headers['x-correlation-id'],
      causationid: headers['x-correlation-id'],
      traceparent: expect.stringContaining(traceparent.slice(0, 36)),
      market: 'GB',
    };
    expect(started?.body).toEqual({
      ...common,
      type: STARTED,
      source: '/foyer/registration',
      data: attempt,
    });
    expect(sent?.body).toEqual({ ...common, sequence: 2, type: SENT, source: '/foyer/registration', data: attempt });
    expect(created?.body).toEqual({ ...common, type: CREATED, source: '/foyer/customers', data: announced });
    for (const event of [started, sent, created]) {
      expect(event?.properties).toMatchObject({ messageId: event?.body['id'], deliveryMode: 2 });
      expect(event?.properties.contentType).toMatch(/^application\/cloudevents\+json\b/);
      const values = valuesOf(event?.body);
      expect(values.filter((value) => value.includes(person.password) || value === code)).toEqual([]);
      expect(keysOf(event?.body).filter((key) => /password|code|secret|token|hash/i.test(key))).toEqual([]);
    }
  });

  it('the start of a phone attempt holds no phone number, and the next of an identifier counts on', async () => {
    const phone = freshPhone();
    const { person, ticket } = await app.createPendingRegistration(newRegistration({ phone }));
    const { attemptId } = ticket;
    const start = await consumer?.waitFor(({ type, body }) => type === STARTED && body['id'] === attemptId);
    const id = String(start?.subject);
    await consumer?.waitFor(({ subject, body }) => subject === id && body['sequence'] === 2);
    await app.createPendingRegistration(withPassword(person));
    await consumer?.waitFor(({ subject, body }) => subject === id && body['sequence'] === 4);
    const told = eventsOf(id);
    expect(id).not.toBe(ticket.id);
    expect(told.map(({ type, body }) => [type, body['sequence'], body['data']])).toEqual([
      [STARTED, 1, { id, attemptId, channel: 'sms', market: 'US' }],
      [SENT, 2, { id, attemptId, channel: 'sms', market: 'US' }],
      [STARTED, 3, expect.objectContaining({ id, channel: 'sms' })],
      [SENT, 4, expect.objectContaining({ id, channel: 'sms' })],
    ]);
    expect(JSON.stringify(told)).not.toContain(phone.slice(2));
  });
});

const valuesOf = (value: unknown): string[] =>
  value !== null && typeof value === 'object' ? Object.values(value).flatMap(valuesOf) : [String(value)];

const keysOf = (value: unknown): string[] =>
  value !== null && typeof value === 'object'
    ? Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)])
    : [];
