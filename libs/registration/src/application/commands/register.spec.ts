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

  it('given a new identifier, then an attempt, its start announced, and a code due', async () => {
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

  it('given a new identifier, then the ticket tells the settings, and the address only masked', async () => {
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

  it('INV-12 given a password, then it is kept as a tag and under a seal, and no expensive hash is paid', async () => {
    await harness.register();
    const attempt = await harness.attempt();
    expect(JSON.stringify(attempt)).not.toContain(MIA.password);
    const preHash = harness.secrets.open(attempt?.sealedPreHash ?? '', attempt?.attemptId ?? '');
    expect(preHash).toEqual(harness.credentials.preHashes(MIA.password)[0]);
    expect(harness.credentials.hashed).toEqual([]);
  });

  it('given the same password at once, then the same attempt and one message', async () => {
    const [first, second] = [await harness.register(), await harness.register()];
    expect(second).toEqual(first);
    expect([dues(), harness.outbox.types.length]).toEqual([1, 1]);
  });

  it('given the same password after its minute, then it acts as a resend, with a reference of its own', async () => {
    const first = await harness.register();
    harness.clock.advance(60_000);
    const second = await harness.register();
    expect(second).toMatchObject({ id: first.id, attemptId: first.attemptId });
    expect([dues(), harness.outbox.types.length]).toEqual([2, 1]);
    expect((await harness.attempt())?.reference).toBe(second.reference);
  });

  it('given the same password again, then the newest profile wins', async () => {
    await harness.register({ firstName: 'Mai' });
    await harness.register({ firstName: 'Mia', lastName: 'Doe' });
    expect((await harness.attempt())?.profile).toMatchObject({ firstName: 'Mia', lastName: 'Doe' });
  });

  it('AC-06 given another password, then an attempt beside the first, with the same id, and a code at once', async () => {
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

  it('INV-03 given a store that forgot everything, then the id is the same, and so is that of the customer to be', async () => {
    const first = await harness.register();
    const customerId = (await harness.attempt())?.customerId;
    await harness.attempts.remove(harness.keyOf());
    const second = await harness.register();
    expect([second.id === first.id, second.attemptId === first.attemptId]).toEqual([true, false]);
    expect((await harness.attempt())?.customerId).toBe(customerId);
  });

  it('tells an id that is neither the customer’s nor the customer’s to be, and that stays [AC-63]', async () => {
    const before = await harness.register();
    expect(before.id).not.toBe((await harness.attempt())?.customerId);
    await customer();
    const taken = await harness.register({ password: 'battery staple' });
    expect(taken.id).toBe(before.id);
    expect((await harness.register({ email: 'zoe@example.org' })).id).not.toBe(before.id);
  });

  it('AC-26 given a customer’s identifier, then a decoy: the same answer, the same writes, the same events', async () => {
    const stranger = await harness.register({ email: 'zoe@example.org' });
    await customer();
    const [events, due] = [harness.outbox.types.length, dues()];
    const ticket = await harness.register();
    const { id: _1, attemptId: _2, reference: _3, destination: _4, ...settings } = ticket;
    expect(stranger).toMatchObject(settings);
    expect(Object.keys(ticket)).toEqual(Object.keys(stranger));
    expect(Object.keys(ticket).slice(0, 5)).toEqual(SHAPE);
    expect(await harness.attempt()).toMatchObject({ decoy: true, started: true });
    expect([harness.outbox.types.at(-1), harness.outbox.types.length - events, dues() - due]).toEqual([
      'registration.started.v1',
      1,
      1,
    ]);
  });

  it('given REGISTRATION_DISCLOSURE=reveal and a customer’s identifier, then 409, and nothing is kept', async () => {
    harness.rules.registrationDisclosure = 'reveal';
    await customer();
    await expect(harness.register()).rejects.toBeInstanceOf(IdentifierRegistered);
    expect([await harness.attempt(), dues()]).toEqual([null, 0]);
    await harness.register({ email: 'zoe@example.org' });
  });

  it('given three live attempts from this source, then the neutral answer, and nothing is kept, sent or announced', async () => {
    const passwords = ['password one', 'password two', 'password three'];
    for (const password of passwords) await harness.register({ password });
    const [events, due] = [harness.outbox.types.length, dues()];
    const ticket = await harness.register({ password: 'password four' });
    expect(Object.keys(ticket)).toEqual(Object.keys(await harness.register({ email: 'zoe@example.org' })));
    expect(await harness.attempt({ password: 'password four' })).toBeNull();
    expect([harness.outbox.types.length - events, dues() - due]).toEqual([1, 1]);
    expect(ticket.id).toBe((await harness.register({ password: 'password one' })).id);
  });

  it('given three messages to one identifier in a minute from one source, then 201 and nothing is sent; from another it is', async () => {
    harness.limits.attemptsPerSource = 12;
    for (const n of [1, 2, 3, 4]) await harness.register({ password: `password number ${n}` });
    expect(dues()).toBe(3);
    expect(await harness.attempt({ password: 'password number 4' })).toMatchObject({ started: true, askedAt: 0 });
    await harness.register({ password: 'password number 5' }, { prefix: '198.51.100.9', trusted: false });
    expect(dues()).toBe(4);
  });

  it('given a phone number, then its channel, and what the day’s budget of SMS allows', async () => {
    harness.limits.smsPerDay = 1;
    const phone = { email: undefined, phone: '+16502530000' };
    expect(await harness.register(phone)).toMatchObject({ channel: 'sms', destination: '+1•••••••00' });
    const other = { ...phone, phone: '+16502530001' };
    await expect(harness.register(other)).rejects.toBeInstanceOf(Unavailable);
    await harness.register();
    expect(dues()).toBe(2);
  });

  it('given what is not acceptable, then nothing is kept', async () => {
    await expect(harness.register({ password: 'short' })).rejects.toBeInstanceOf(InvalidInput);
    harness.channels.available.delete('email');
    await expect(harness.register()).rejects.toBeInstanceOf(ChannelUnavailable);
    expect([await harness.attempt(), harness.outbox.types, dues()]).toEqual([null, [], 0]);
  });

  it('given a message that cannot be asked for, then 503, and the next try is the first one again', async () => {
    const put = harness.due.enqueue.bind(harness.due);
    harness.due.enqueue = () => Promise.reject(new Unavailable());
    for (let n = 0; n < 9; n++) await expect(harness.register()).rejects.toBeInstanceOf(Unavailable);
    harness.due.enqueue = put;
    await harness.register();
    expect(harness.due.enqueued).toHaveLength(1);
  });

  it('given a backlog of messages above five seconds, then 503, and nothing is kept', async () => {
    harness.due.backlogSeconds = 5.1;
    await expect(harness.register()).rejects.toBeInstanceOf(Unavailable);
    expect([await harness.attempt(), harness.outbox.types]).toEqual([null, []]);
  });

  it('KP-R3 given a due list that is away, then the repeat puts the message there', async () => {
    const put = harness.due.enqueue.bind(harness.due);
    harness.due.enqueue = () => Promise.reject(new Error('away'));
    await expect(harness.register()).rejects.toThrow('away');
    harness.due.enqueue = put;
    harness.clock.advance(60_000);
    await harness.register();
    expect([dues(), harness.outbox.types.length]).toEqual([1, 1]);
  });

  it('answers the password of a receipt as any other password for a customer’s identifier [AC-68]', async () => {
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
