import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAdminCommand } from '../support/admin-command.js';
import { SERVICES } from '../support/backends.js';
import { consumeEvents, type EventConsumer } from '../support/rabbit-consumer.js';
import {
  freshEmail,
  freshPassword,
  freshPhone,
  identifierOf,
  newRegistration,
  type RegistrationInput,
  withPassword,
} from '../support/registration-fixtures.js';
import { useTestApp } from '../support/test-app.js';
import { compileValidator, consumerSchemas, disallowAdditionalProperties, publishedSchemas } from './schemas.js';

/** Everything a customer can do that is told of, and every event that came of it. */
describe.each(['include', 'omit'] as const)('the events of a whole life (EVENT_PERSONAL_DATA=%s)', (kind) => {
  const app = useTestApp(SERVICES, { EVENT_PERSONAL_DATA: kind });
  const person = newRegistration({ firstName: 'Unmistakable', lastName: 'Lovelace' });
  let consumer: EventConsumer;
  let events: readonly { readonly type: string; readonly body: Readonly<Record<string, unknown>> }[];

  const tokenOf = async (of: RegistrationInput) => (await app.logIn(of)).json.access_token;
  const patch = async (path: string, bearer: string, json: object) =>
    expect((await app.request('PATCH', path, { bearer, json })).status).toBe(200);
  const settled = async () => {
    const { text } = await app.request('GET', '/metrics');
    const depths = [...text.matchAll(/^outbox_depth\{.*\} (\d+)$/gm)].map(([, depth]) => Number(depth));
    return depths.length > 0 && depths.every((depth) => depth === 0);
  };

  beforeAll(async () => {
    consumer = await consumeEvents(app.services.broker.url);
    await walk();
    await app.waitForQueuedMessages();
    await pause(500); // a sent code is told of a moment after it was sent
    while (!(await settled())) await pause(50);
    events = [...consumer.events];
  }, 90_000);
  afterAll(() => consumer?.stop());

  async function walk(): Promise<void> {
    const { customer } = await app.createCustomer(person);
    await app.register(withPassword(person)); // a decoy
    await app.createPendingRegistration(newRegistration({ phone: freshPhone(), market: 'US' }));
    const own = await tokenOf(person);
    await patch('/v1/customers/me', own, { firstName: 'Grace', attributes: { shoe: 'unmistakable 38' } });
    const changed = withPassword(person);
    const json = { currentPassword: person.password, newPassword: changed.password };
    expect((await app.request('PUT', '/v1/auth/password', { bearer: own, json })).status).toBe(204);
    const admin = await administrator();
    const path = `/v1/customers/${customer.id}`;
    await patch(path, admin, { status: 'suspended' });
    await patch(path, admin, { status: 'active' });
    const roles = await app.request('PUT', `${path}/roles`, { bearer: admin, json: { roles: ['customer', 'staff'] } });
    expect(roles.status).toBe(204);
    expect((await app.request('DELETE', path, { bearer: admin })).status).toBe(204);
    expect((await app.request('POST', `${path}/restore`, { bearer: admin })).status).toBe(200);
    const again = await tokenOf(changed);
    expect((await app.request('POST', '/v1/auth/logout', { bearer: again, json: {} })).status).toBe(204);
    await moveAndGo(admin);
  }

  /** Somebody else takes another address, and is erased. */
  async function moveAndGo(admin: string): Promise<void> {
    const mover = newRegistration();
    const { customer } = await app.createCustomer(mover);
    const bearer = await tokenOf(mover);
    const email = freshEmail();
    const json = { email, currentPassword: mover.password };
    const asked = await app.captureMessage(email, () =>
      app.request('POST', '/v1/customers/me/identifiers', { bearer, json }),
    );
    expect(asked.reply.status).toBe(202);
    const proof = { bearer, json: { code: asked.code } };
    expect((await app.request('POST', '/v1/customers/me/identifiers/confirm', proof)).status).toBe(200);
    const erased = await app.request('DELETE', `/v1/customers/${customer.id}?mode=erase`, { bearer: admin });
    expect(erased.status).toBe(204);
  }

  /** Appointed as an operator does it. */
  async function administrator(): Promise<string> {
    const email = freshEmail();
    const { stdout } = await runAdminCommand(app.program.env, email);
    const once = stdout.split(/\s/)[1] ?? '';
    const bearer = await tokenOf({ email, password: once });
    const password = freshPassword();
    const json = { currentPassword: once, newPassword: password };
    expect((await app.request('PUT', '/v1/auth/password', { bearer, json })).status).toBe(204);
    return tokenOf({ email, password });
  }

  it('are all there are', () => {
    const published = publishedSchemas().map(({ type }) => type);
    expect([...new Set(events.map(({ type }) => type))].toSorted()).toEqual(published.toSorted());
  });

  it('fit their published schemas, and hold nothing that these do not name', () => {
    const omitted = new Map(publishedSchemas('omit').map(({ type, schema }) => [type, schema]));
    for (const { type, schema } of publishedSchemas()) {
      const validate = compileValidator(disallowAdditionalProperties((kind === 'omit' && omitted.get(type)) || schema));
      for (const { body } of events.filter((event) => event.type === type))
        expect(validate(body), `${type}: ${JSON.stringify(validate.errors)}\n${JSON.stringify(body)}`).toBe(true);
    }
  });

  it.runIf(kind === 'include').each(consumerSchemas())('give $consumer what it needs of $type', ({ type, schema }) => {
    const validate = compileValidator(schema);
    const told = events.filter((event) => event.type === type);
    expect(told.length).toBeGreaterThan(0);
    for (const { body } of told) expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
  });

  it('name the fields that changed, when personal data is omitted', () => {
    const updated = events.filter(({ type }) => type === 'customer.updated.v1');
    // The first is his; whoever moved comes later.
    const updates = updated.slice(0, 1).map(({ body }) => body['data']);
    if (kind === 'omit') expect(updates).toMatchObject([{ changed: ['firstName', 'attributes'] }]);
    else expect(updates).toMatchObject([{ firstName: 'Grace' }]);
  });

  it('tell nobody what is not to be told', () => {
    const all = JSON.stringify(events);
    expect(all).not.toContain('unmistakable 38');
    expect(all).not.toContain(person.password);
    expect(all.includes('Unmistakable')).toBe(kind === 'include');
    expect(all.includes(identifierOf(person))).toBe(kind === 'include');
  });
});
