import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidInput, parseIdentifier, Unavailable } from '#kernel';
import { ChannelUnavailable, IdentifierRegistered } from '../../domain/errors.js';
import { MIA, RegistrationHarness, SOURCE } from '../../testing/registration-harness.js';

const SHAPE = ['id', 'attemptId', 'reference', 'channel', 'destination'];

describe('Register', () => {
  let house: RegistrationHarness;
  beforeEach(() => {
    house = new RegistrationHarness();
  });

  const customer = () =>
    house.directory.createCustomer({
      ...{ id: 'mia', identifier: parseIdentifier('mia@example.org', 'US'), attemptId: 'older', firstName: 'Mia' },
      ...{ lastName: null, market: 'US', locale: 'en', credential: null, verifiedBy: 'code' as const },
    });
  const dues = () => house.due.enqueued.length;

  it('given a new identifier, then an attempt, its start announced, and a code due', async () => {
    const ticket = await house.register({ firstName: 'Mia' });
    const attempt = await house.attempt();
    expect(attempt).toMatchObject({
      attemptId: ticket.attemptId,
      recipient: 'mia@example.org',
      reference: ticket.reference,
      decoy: false,
      started: true,
      source: SOURCE.prefix,
      profile: { firstName: 'Mia' },
    });
    expect(house.outbox.events).toMatchObject([
      { type: 'registration.started.v1', subject: attempt?.customerId, data: { attemptId: ticket.attemptId } },
    ]);
    expect(house.due.enqueued).toEqual([
      { kind: 'registration.code', reference: `${attempt?.identifierHash}.${attempt?.tag}.4` },
    ]);
  });

  it('given a new identifier, then the ticket tells the settings, and the address only masked', async () => {
    expect(await house.register()).toEqual({
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
    await house.register();
    const attempt = await house.attempt();
    expect(JSON.stringify(attempt)).not.toContain(MIA.password);
    const preHash = house.secrets.open(attempt?.sealedPreHash ?? '', attempt?.attemptId ?? '');
    expect(preHash).toEqual(house.credentials.preHashes(MIA.password)[0]);
    expect(house.credentials.hashed).toEqual([]);
  });

  it('given the same password at once, then the same attempt and one message', async () => {
    const [first, second] = [await house.register(), await house.register()];
    expect(second).toEqual(first);
    expect([dues(), house.outbox.types.length]).toEqual([1, 1]);
  });

  it('given the same password after its minute, then it acts as a resend, with a reference of its own', async () => {
    const first = await house.register();
    house.clock.advance(60_000);
    const second = await house.register();
    expect(second).toMatchObject({ id: first.id, attemptId: first.attemptId });
    expect([dues(), house.outbox.types.length]).toEqual([2, 1]);
    expect((await house.attempt())?.reference).toBe(second.reference);
  });

  it('given the same password again, then the newest profile wins', async () => {
    await house.register({ firstName: 'Mai' });
    await house.register({ firstName: 'Mia', lastName: 'Doe' });
    expect((await house.attempt())?.profile).toMatchObject({ firstName: 'Mia', lastName: 'Doe' });
  });

  it('AC-06 given another password, then an attempt beside the first, with the same id, and a code at once', async () => {
    const [first, second] = [await house.register(), await house.register({ password: 'battery staple' })];
    expect(second.id).toBe(first.id);
    expect(second.attemptId).not.toBe(first.attemptId);
    expect([await house.attempt(), await house.attempt({ password: 'battery staple' })]).not.toContain(null);
    const id = (await house.attempt())?.customerId;
    expect(house.outbox.events.map(({ subject, sequence }) => [subject, sequence])).toEqual([
      [id, 1],
      [id, 2],
    ]);
    expect(dues()).toBe(2);
  });

  it('INV-03 given a store that forgot everything, then the id is the same, and so is that of the customer to be', async () => {
    const first = await house.register();
    const customerId = (await house.attempt())?.customerId;
    await house.attempts.remove(house.keyOf());
    const second = await house.register();
    expect([second.id === first.id, second.attemptId === first.attemptId]).toEqual([true, false]);
    expect((await house.attempt())?.customerId).toBe(customerId);
  });

  it('tells an id that is neither the customer’s nor the customer’s to be, and that stays [AC-63]', async () => {
    const before = await house.register();
    expect(before.id).not.toBe((await house.attempt())?.customerId);
    await customer();
    const taken = await house.register({ password: 'battery staple' });
    expect(taken.id).toBe(before.id);
    expect((await house.register({ email: 'zoe@example.org' })).id).not.toBe(before.id);
  });

  it('AC-26 given a customer’s identifier, then a decoy: the same answer, the same writes, the same events', async () => {
    const stranger = await house.register({ email: 'zoe@example.org' });
    await customer();
    const [events, due] = [house.outbox.types.length, dues()];
    const ticket = await house.register();
    const { id: _1, attemptId: _2, reference: _3, destination: _4, ...settings } = ticket;
    expect(stranger).toMatchObject(settings);
    expect(Object.keys(ticket)).toEqual(Object.keys(stranger));
    expect(Object.keys(ticket).slice(0, 5)).toEqual(SHAPE);
    expect(await house.attempt()).toMatchObject({ decoy: true, started: true });
    expect([house.outbox.types.at(-1), house.outbox.types.length - events, dues() - due]).toEqual([
      'registration.started.v1',
      1,
      1,
    ]);
  });

  it('given REGISTRATION_DISCLOSURE=reveal and a customer’s identifier, then 409, and nothing is kept', async () => {
    house.rules.registrationDisclosure = 'reveal';
    await customer();
    await expect(house.register()).rejects.toBeInstanceOf(IdentifierRegistered);
    expect([await house.attempt(), dues()]).toEqual([null, 0]);
    await house.register({ email: 'zoe@example.org' });
  });

  it('given three live attempts from this source, then the neutral answer, and nothing is kept, sent or announced', async () => {
    const passwords = ['password one', 'password two', 'password three'];
    for (const password of passwords) await house.register({ password });
    const [events, due] = [house.outbox.types.length, dues()];
    const ticket = await house.register({ password: 'password four' });
    expect(Object.keys(ticket)).toEqual(Object.keys(await house.register({ email: 'zoe@example.org' })));
    expect(await house.attempt({ password: 'password four' })).toBeNull();
    expect([house.outbox.types.length - events, dues() - due]).toEqual([1, 1]);
    expect(ticket.id).toBe((await house.register({ password: 'password one' })).id);
  });

  it('given three messages to one identifier in a minute from one source, then 201 and nothing is sent; from another it is', async () => {
    house.limits.attemptsPerSource = 12;
    for (const n of [1, 2, 3, 4]) await house.register({ password: `password number ${n}` });
    expect(dues()).toBe(3);
    expect(await house.attempt({ password: 'password number 4' })).toMatchObject({ started: true, askedAt: 0 });
    await house.register({ password: 'password number 5' }, { prefix: '198.51.100.9', trusted: false });
    expect(dues()).toBe(4);
  });

  it('given a phone number, then its channel, and what the day’s budget of SMS allows', async () => {
    house.limits.smsPerDay = 1;
    const phone = { email: undefined, phone: '+16502530000' };
    expect(await house.register(phone)).toMatchObject({ channel: 'sms', destination: '+1•••••••00' });
    const other = { ...phone, phone: '+16502530001' };
    await expect(house.register(other)).rejects.toBeInstanceOf(Unavailable);
    await house.register();
    expect(dues()).toBe(2);
  });

  it('given what is not acceptable, then nothing is kept', async () => {
    await expect(house.register({ password: 'short' })).rejects.toBeInstanceOf(InvalidInput);
    house.channels.available.delete('email');
    await expect(house.register()).rejects.toBeInstanceOf(ChannelUnavailable);
    expect([await house.attempt(), house.outbox.types, dues()]).toEqual([null, [], 0]);
  });

  it('given a message that cannot be asked for, then 503, and the next try is the first one again', async () => {
    const put = house.due.enqueue.bind(house.due);
    house.due.enqueue = () => Promise.reject(new Unavailable());
    for (let n = 0; n < 9; n++) await expect(house.register()).rejects.toBeInstanceOf(Unavailable);
    house.due.enqueue = put;
    await house.register();
    expect(house.due.enqueued).toHaveLength(1);
  });

  it('given a backlog of messages above five seconds, then 503, and nothing is kept', async () => {
    house.due.backlogSeconds = 5.1;
    await expect(house.register()).rejects.toBeInstanceOf(Unavailable);
    expect([await house.attempt(), house.outbox.types]).toEqual([null, []]);
  });

  it('KP-R3 given a due list that is away, then the repeat puts the message there', async () => {
    const put = house.due.enqueue.bind(house.due);
    house.due.enqueue = () => Promise.reject(new Error('away'));
    await expect(house.register()).rejects.toThrow('away');
    house.due.enqueue = put;
    house.clock.advance(60_000);
    await house.register();
    expect([dues(), house.outbox.types.length]).toEqual([1, 1]);
  });

  it('answers the password of a receipt as any other password for a customer’s identifier [AC-68]', async () => {
    const code = await house.registerAndReadCode();
    await house.activate(code);
    const receipt = await house.attempt();
    const events = house.outbox.types.length;
    for (const password of [MIA.password, 'battery staple']) {
      const ticket = await house.register({ password });
      expect(await house.attempt({ password })).toMatchObject({ attemptId: ticket.attemptId, decoy: true });
      expect(ticket.attemptId).not.toBe(receipt?.attemptId);
    }
    expect(house.outbox.types.slice(events)).toEqual(['registration.started.v1', 'registration.started.v1']);
    expect(dues()).toBe(2);
  });
});
