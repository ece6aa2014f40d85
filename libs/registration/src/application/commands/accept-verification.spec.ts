import { beforeEach, describe, expect, it } from 'vitest';
import { AlreadyHandled, parseIdentifier, uuidv7 } from '#kernel';
import type { Verification } from '../../domain/verification.js';
import { MIA, RegistrationHarness } from '../../testing/registration-harness.js';

const IDENTIFIER = parseIdentifier(MIA.email, 'US');
const OTHER = { password: 'battery staple' };
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

describe('AcceptVerification', () => {
  let house: RegistrationHarness;

  beforeEach(() => {
    house = new RegistrationHarness();
  });

  const pending = async (changes: { password?: string; firstName?: string } = {}) => {
    await house.registerAndReadCode(changes);
    const attempt = await house.attempt(changes);
    if (!attempt) throw new Error('it was just registered');
    return attempt;
  };
  const verified = (o: Partial<Verification> = {}, id?: string) =>
    house.receiveVerification({ attemptId: null, identifier: IDENTIFIER, verifiedAt: house.clock.now(), ...o }, id);
  /** INV-18: who did it is a service, and no customer. */
  const byNobody = (target: string) => ({ action: 'customer.created', actor: null, target, source: null });
  const created = () => house.outbox.types.filter((type) => type === 'customer.created.v1').length;

  it('given its attempt, then that is the customer, with its id, names and password', async () => {
    const { attemptId, customerId } = await pending({ firstName: 'Mia' });
    expect(await verified({ attemptId })).toBe('admitted');
    expect(house.directory.customers).toMatchObject([
      { id: customerId, attemptId, firstName: 'Mia', verifiedBy: 'event', credential: 'hashed(new:correct horse)' },
    ]);
    expect([created(), house.inbox.handled.length]).toEqual([1, 1]);
    expect(house.audit.entries).toEqual([byNobody(customerId)]);
  });

  it('given an attacker’s attempt beside it, then that is gone, and its password is nobody’s', async () => {
    const { attemptId } = await pending();
    await pending(OTHER);
    expect(await verified({ attemptId })).toBe('admitted');
    expect(house.credentials.hashed.map(({ value }) => value)).toEqual([
      house.credentials.preHashes(MIA.password)[0].value,
    ]);
    expect(await house.attempt(OTHER)).toBeNull();
  });

  it('given no attempt, then a customer without a password under the id of the key, and all attempts are gone', async () => {
    const { customerId } = await pending();
    await pending(OTHER);
    expect(await verified()).toBe('admitted_without_password');
    expect(house.directory.customers).toMatchObject([{ id: customerId, credential: null, verifiedBy: 'event' }]);
    expect([await house.attempt(), await house.attempt(OTHER), house.credentials.hashed.length]).toEqual([
      null,
      null,
      0,
    ]);
    expect(created()).toBe(1);
    expect(house.audit.entries).toEqual([byNobody(customerId)]);
  });

  it('given no attempt and no store to tidy, then the attempts are dead all the same', async () => {
    const code = await house.registerAndReadCode();
    house.attempts.removeOthers = () => Promise.reject(new Error('away'));
    expect(await verified()).toBe('admitted_without_password');
    expect(await house.activate(code)).toEqual({ outcome: 'unknown' });
    expect(house.directory.customers).toMatchObject([{ credential: null }]);
  });

  it('given somebody who has never been here, then a customer of a fresh id, to whom the key points', async () => {
    expect(await verified()).toBe('admitted_without_password');
    const [{ id } = { id: '' }] = house.directory.customers;
    expect(await house.keys.find(house.identifiers.candidates(IDENTIFIER))).toMatchObject({ customerId: id });
  });

  it('given an id that is another’s by now, then a fresh one', async () => {
    const { customerId } = await pending();
    const zoe = parseIdentifier('zoe@example.org', 'US');
    await house.directory.createCustomer({
      ...{ id: customerId, identifier: zoe, attemptId: 'his own', firstName: null, lastName: null },
      ...{ market: 'US', locale: 'en', credential: null, verifiedBy: 'staff' as const },
    });
    expect(await verified()).toBe('admitted_without_password');
    expect(house.directory.customers.map(({ id }) => id === customerId)).toEqual([true, false]);
  });

  it('given it comes again, then nothing is done again', async () => {
    const { attemptId } = await pending();
    await verified({ attemptId }, 'the event');
    await expect(verified({ attemptId }, 'the event')).rejects.toBeInstanceOf(AlreadyHandled);
    expect(await verified({ attemptId }, 'another')).toBe('known');
    await verified({}, 'without');
    await expect(verified({}, 'without')).rejects.toBeInstanceOf(AlreadyHandled);
    expect([house.directory.customers.length, created()]).toEqual([1, 1]);
  });

  it('given it came 50 times at once, with and without its attempt, then one customer', async () => {
    const { attemptId } = await pending();
    const all = Array.from({ length: 50 }, (_, n) => verified(n % 2 ? { attemptId } : {}, n % 4 < 2 ? 'one' : `e${n}`));
    const outcomes = await Promise.allSettled(all);
    expect([house.directory.customers.length, created()]).toEqual([1, 1]);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(AlreadyHandled);
    }
  });

  it('given it was activated by its code before, then that stays', async () => {
    const code = await house.registerAndReadCode();
    const attempt = await house.attempt();
    await house.activate(code);
    expect(await verified({ attemptId: attempt?.attemptId ?? '' })).toBe('known');
    expect(await verified()).toBe('known');
    expect([house.directory.customers.length, created()]).toEqual([1, 1]);
  });

  it('given its code is typed afterwards, then the same customer, announced once', async () => {
    const code = await house.registerAndReadCode();
    const attempt = await house.attempt();
    await verified({ attemptId: attempt?.attemptId ?? '' });
    expect(await house.activate(code)).toMatchObject({ outcome: 'active', customer: { verifiedBy: 'event' } });
    expect(created()).toBe(1);
  });

  it.each<[string, string, (house: RegistrationHarness) => Promise<Partial<Verification>>]>([
    ['an attempt nobody knows', 'unknown', async () => ({ attemptId: uuidv7(0) })],
    [
      'an attempt that has expired',
      'unknown',
      async (house) => {
        const { attemptId } = await pending();
        house.clock.advance(30 * MINUTE_MS + 1);
        return { attemptId, verifiedAt: house.clock.now() };
      },
    ],
    [
      'an attempt of another identifier',
      'unknown',
      async () => {
        const { attemptId } = await pending();
        return { attemptId, identifier: parseIdentifier('zoe@example.org', 'US') };
      },
    ],
    [
      'an attempt that was made after it',
      'attempt_too_young',
      async (house) => {
        house.ids.next = () => uuidv7(house.clock.now().getTime());
        const verifiedAt = house.clock.now();
        const { attemptId } = await pending();
        return { attemptId, verifiedAt };
      },
    ],
    [
      'a moment that is to come',
      'in_the_future',
      async (house) => ({ verifiedAt: new Date(house.clock.now().getTime() + MINUTE_MS + 1) }),
    ],
    [
      'a moment of long ago',
      'too_old',
      async (house) => ({ verifiedAt: new Date(house.clock.now().getTime() - 7 * DAY_MS - 1) }),
    ],
  ])('FM-M5 given %s, then %s: nobody is let in, and it is remembered', async (_, outcome, arrange) => {
    const changes = await arrange(house);
    expect(await verified(changes, 'the event')).toBe(outcome);
    expect([house.directory.customers, created(), house.inbox.handled.length]).toEqual([[], 0, 1]);
    expect(house.credentials.hashed).toEqual([]);
  });

  it('given a clock that is a little ahead, then that is let pass', async () => {
    expect(await verified({ verifiedAt: new Date(house.clock.now().getTime() + MINUTE_MS) })).toBe(
      'admitted_without_password',
    );
  });

  it('given a failure, then nothing is remembered, and it may come again', async () => {
    const { attemptId } = await pending();
    const admit = house.directory.createCustomer.bind(house.directory);
    house.directory.createCustomer = () => Promise.reject(new Error('away'));
    await expect(verified({ attemptId }, 'the event')).rejects.toThrow('away');
    expect(house.inbox.handled).toEqual([]);
    house.directory.createCustomer = admit;
    expect(await verified({ attemptId }, 'the event')).toBe('admitted');
  });
});
