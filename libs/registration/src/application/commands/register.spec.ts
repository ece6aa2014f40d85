import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidInput, parseIdentifier, Unavailable } from '#kernel';
import { ChannelUnavailable, IdentifierRegistered } from '../../domain/errors.js';
import { MIA, RegistrationHarness, SOURCE } from '../../testing/registration-harness.js';

const SHAPE = ['id', 'attemptId', 'reference', 'channel', 'destination'];

describe('Register', () => {
  let harness: RegistrationHarness;
  beforeEach(() => {
    harness = new RegistrationHarness();
  });

  const customer = () =>
    harness.directory.createCustomer({
      ...{ id: 'mia', identifier: parseIdentifier('mia@example.org', 'US'), attemptId: 'older', firstName: 'Mia' },
      ...{ lastName: null, market: 'US', locale: 'en', credential: null, verifiedBy: 'code' as const },
    });
  const dues = () => harness.due.enqueued.length;

  it('places an attempt, publishes its start and enqueues a code for a new identifier', async () => {
    const ticket = await harness.register({ firstName: 'Mia' });
    const attempt = await harness.attempt();
    expect(attempt).toMatchObject({
      attemptId: ticket.attemptId,
      recipient: 'mia@example.org',
      reference: ticket.reference,
      decoy: false,
      started: true,
      source: SOURCE.prefix,
      profile: { firstName: 'Mia' },
    });
    expect(harness.outbox.events).toMatchObject([
      { type: 'registration.started.v1', subject: attempt?.customerId, data: { attemptId: ticket.attemptId } },
    ]);
    expect(harness.due.enqueued).toEqual([
      { kind: 'registration.code', reference: `${attempt?.identifierHash}.${attempt?.tag}.4` },
    ]);
  });

  it('returns the settings and the masked address in the ticket', async () => {
    expect(await harness.register()).toEqual({
      id: expect.any(String),
      attemptId: expect.any(String),
      reference: expect.stringMatching(/^[A-Z0-9]{2}$/),
      channel: 'email',
      destination: 'm•••@e•••.org',
      codeLength: 4,
      codeExpiresIn: 60,
      resendAfter: 60,
      expiresIn: 1800,
    });
  });

  it('stores the password as tag and seal without an expensive hash [INV-12]', async () => {
    await harness.register();
    const attempt = await harness.attempt();
    expect(JSON.stringify(attempt)).not.toContain(MIA.password);
    const preHash = harness.secrets.open(attempt?.sealedPreHash ?? '', attempt?.attemptId ?? '');
    expect(preHash).toEqual(harness.credentials.preHashes(MIA.password)[0]);
    expect(harness.credentials.hashed).toEqual([]);
  });

  it('returns the same attempt and sends one message for an immediate repeat with the same password', async () => {
    const [first, second] = [await harness.register(), await harness.register()];
    expect(second).toEqual(first);
    expect([dues(), harness.outbox.types.length]).toEqual([1, 1]);
  });

  it('acts as a resend with a new reference for the same password after a minute', async () => {
    const first = await harness.register();
    harness.clock.advance(60_000);
    const second = await harness.register();
    expect(second).toMatchObject({ id: first.id, attemptId: first.attemptId });
    expect([dues(), harness.outbox.types.length]).toEqual([2, 1]);
    expect((await harness.attempt())?.reference).toBe(second.reference);
  });

  it('stores the newest profile for a repeated password', async () => {
    await harness.register({ firstName: 'Mai' });
    await harness.register({ firstName: 'Mia', lastName: 'Doe' });
    expect((await harness.attempt())?.profile).toMatchObject({ firstName: 'Mia', lastName: 'Doe' });
  });

  it('places a second attempt with the same id and enqueues a code at once for another password [AC-06]', async () => {
    const [first, second] = [await harness.register(), await harness.register({ password: 'battery staple' })];
    expect(second.id).toBe(first.id);
    expect(second.attemptId).not.toBe(first.attemptId);
    expect([await harness.attempt(), await harness.attempt({ password: 'battery staple' })]).not.toContain(null);
    const id = (await harness.attempt())?.customerId;
    expect(harness.outbox.events.map(({ subject, sequence }) => [subject, sequence])).toEqual([
      [id, 1],
      [id, 2],
    ]);
    expect(dues()).toBe(2);
  });

  it('keeps registration id and customer id after the store lost its data [INV-03]', async () => {
    const first = await harness.register();
    const customerId = (await harness.attempt())?.customerId;
    await harness.attempts.remove(harness.keyOf());
    const second = await harness.register();
    expect([second.id === first.id, second.attemptId === first.attemptId]).toEqual([true, false]);
    expect((await harness.attempt())?.customerId).toBe(customerId);
  });

  it('returns a stable id that is neither the current nor the future customer id [AC-63]', async () => {
    const before = await harness.register();
    expect(before.id).not.toBe((await harness.attempt())?.customerId);
    await customer();
    const taken = await harness.register({ password: 'battery staple' });
    expect(taken.id).toBe(before.id);
    expect((await harness.register({ email: 'zoe@example.org' })).id).not.toBe(before.id);
  });

  it('places a decoy with the same response, writes and events for a registered identifier [AC-26]', async () => {
    const other = await harness.register({ email: 'zoe@example.org' });
    await customer();
    const [events, due] = [harness.outbox.types.length, dues()];
    const ticket = await harness.register();
    const { id: _1, attemptId: _2, reference: _3, destination: _4, ...settings } = ticket;
    expect(other).toMatchObject(settings);
    expect(Object.keys(ticket)).toEqual(Object.keys(other));
    expect(Object.keys(ticket).slice(0, 5)).toEqual(SHAPE);
    expect(await harness.attempt()).toMatchObject({ decoy: true, started: true });
    expect([harness.outbox.types.at(-1), harness.outbox.types.length - events, dues() - due]).toEqual([
      'registration.started.v1',
      1,
      1,
    ]);
  });

  it('returns 409 and stores nothing for a registered identifier with REGISTRATION_DISCLOSURE=reveal', async () => {
    harness.rules.registrationDisclosure = 'reveal';
    await customer();
    await expect(harness.register()).rejects.toBeInstanceOf(IdentifierRegistered);
    expect([await harness.attempt(), dues()]).toEqual([null, 0]);
    await harness.register({ email: 'zoe@example.org' });
  });

  it('returns the neutral response and stores, sends and publishes nothing with three live attempts of the source', async () => {
    const passwords = ['password one', 'password two', 'password three'];
    for (const password of passwords) await harness.register({ password });
    const [events, due] = [harness.outbox.types.length, dues()];
    const ticket = await harness.register({ password: 'password four' });
    expect(Object.keys(ticket)).toEqual(Object.keys(await harness.register({ email: 'zoe@example.org' })));
    expect(await harness.attempt({ password: 'password four' })).toBeNull();
    expect([harness.outbox.types.length - events, dues() - due]).toEqual([1, 1]);
    expect(ticket.id).toBe((await harness.register({ password: 'password one' })).id);
  });

  it('returns 201 and sends nothing after three messages a minute from one source, and sends from another', async () => {
    harness.limits.attemptsPerSource = 12;
    for (const n of [1, 2, 3, 4]) await harness.register({ password: `password number ${n}` });
    expect(dues()).toBe(3);
    expect(await harness.attempt({ password: 'password number 4' })).toMatchObject({ started: true, askedAt: 0 });
    await harness.register({ password: 'password number 5' }, { prefix: '198.51.100.9', trusted: false });
    expect(dues()).toBe(4);
  });

  it('uses SMS for a phone number within the daily SMS quota', async () => {
    harness.limits.smsPerDay = 1;
    const phone = { email: undefined, phone: '+16502530000' };
    expect(await harness.register(phone)).toMatchObject({ channel: 'sms', destination: '+1•••••••00' });
    const other = { ...phone, phone: '+16502530001' };
    await expect(harness.register(other)).rejects.toBeInstanceOf(Unavailable);
    await harness.register();
    expect(dues()).toBe(2);
  });

  it('stores nothing for invalid input', async () => {
    await expect(harness.register({ password: 'short' })).rejects.toBeInstanceOf(InvalidInput);
    harness.channels.available.delete('email');
    await expect(harness.register()).rejects.toBeInstanceOf(ChannelUnavailable);
    expect([await harness.attempt(), harness.outbox.types, dues()]).toEqual([null, [], 0]);
  });

  it('returns 503 when enqueueing fails, and treats the next try as the first', async () => {
    const put = harness.due.enqueue.bind(harness.due);
    harness.due.enqueue = () => Promise.reject(new Unavailable());
    for (let n = 0; n < 9; n++) await expect(harness.register()).rejects.toBeInstanceOf(Unavailable);
    harness.due.enqueue = put;
    await harness.register();
    expect(harness.due.enqueued).toHaveLength(1);
  });

  it('returns 503 and stores nothing with a message backlog above five seconds', async () => {
    harness.due.backlogSeconds = 5.1;
    await expect(harness.register()).rejects.toBeInstanceOf(Unavailable);
    expect([await harness.attempt(), harness.outbox.types]).toEqual([null, []]);
  });

  it('enqueues the message on a repeat after the job queue was unavailable [KP-R3]', async () => {
    const put = harness.due.enqueue.bind(harness.due);
    harness.due.enqueue = () => Promise.reject(new Error('away'));
    await expect(harness.register()).rejects.toThrow('away');
    harness.due.enqueue = put;
    harness.clock.advance(60_000);
    await harness.register();
    expect([dues(), harness.outbox.types.length]).toEqual([1, 1]);
  });

  it('treats the password of a receipt as any other password for a registered identifier [AC-68]', async () => {
    const code = await harness.registerAndReadCode();
    await harness.activate(code);
    const receipt = await harness.attempt();
    const events = harness.outbox.types.length;
    for (const password of [MIA.password, 'battery staple']) {
      const ticket = await harness.register({ password });
      expect(await harness.attempt({ password })).toMatchObject({ attemptId: ticket.attemptId, decoy: true });
      expect(ticket.attemptId).not.toBe(receipt?.attemptId);
    }
    expect(harness.outbox.types.slice(events)).toEqual(['registration.started.v1', 'registration.started.v1']);
    expect(dues()).toBe(2);
  });
});
