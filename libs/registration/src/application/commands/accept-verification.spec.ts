import { beforeEach, describe, expect, it } from 'vitest';
import { AlreadyHandled, parseIdentifier, uuidv7 } from '#kernel';
import type { Verification } from '../../domain/verification.js';
import { MIA, RegistrationHarness } from '../../testing/registration-harness.js';

const IDENTIFIER = parseIdentifier(MIA.email, 'US');
const OTHER = { password: 'battery staple' };
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

describe('AcceptVerification', () => {
  let harness: RegistrationHarness;

  beforeEach(() => {
    harness = new RegistrationHarness();
  });

  const pending = async (changes: { password?: string; firstName?: string } = {}) => {
    await harness.registerAndReadCode(changes);
    const attempt = await harness.attempt(changes);
    if (!attempt) throw new Error('it was just registered');
    return attempt;
  };
  const verified = (o: Partial<Verification> = {}, id?: string) =>
    harness.receiveVerification({ attemptId: null, identifier: IDENTIFIER, verifiedAt: harness.clock.now(), ...o }, id);
  /** INV-18: the actor is a service, not a customer. */
  const byNobody = (target: string) => ({ action: 'customer.created', actor: null, target, source: null });
  const created = () => harness.outbox.types.filter((type) => type === 'customer.created.v1').length;

  it('creates the customer from the confirmed attempt with its id, names and password', async () => {
    const { attemptId, customerId } = await pending({ firstName: 'Mia' });
    expect(await verified({ attemptId })).toBe('admitted');
    expect(harness.directory.customers).toMatchObject([
      { id: customerId, attemptId, firstName: 'Mia', verifiedBy: 'event', credential: 'hashed(new:correct horse)' },
    ]);
    expect([created(), harness.inbox.handled.length]).toEqual([1, 1]);
    expect(harness.audit.entries).toEqual([byNobody(customerId)]);
  });

  it('removes a concurrent attempt of an attacker and its password', async () => {
    const { attemptId } = await pending();
    await pending(OTHER);
    expect(await verified({ attemptId })).toBe('admitted');
    expect(harness.credentials.hashed.map(({ value }) => value)).toEqual([
      harness.credentials.preHashes(MIA.password)[0].value,
    ]);
    expect(await harness.attempt(OTHER)).toBeNull();
  });

  it('creates a customer without a password under the id of the key and removes all attempts, without an attempt id', async () => {
    const { customerId } = await pending();
    await pending(OTHER);
    expect(await verified()).toBe('admitted_without_password');
    expect(harness.directory.customers).toMatchObject([{ id: customerId, credential: null, verifiedBy: 'event' }]);
    expect([await harness.attempt(), await harness.attempt(OTHER), harness.credentials.hashed.length]).toEqual([
      null,
      null,
      0,
    ]);
    expect(created()).toBe(1);
    expect(harness.audit.entries).toEqual([byNobody(customerId)]);
  });

  it('invalidates all attempts when the store cleanup fails, without an attempt id', async () => {
    const code = await harness.registerAndReadCode();
    harness.attempts.removeOthers = () => Promise.reject(new Error('away'));
    expect(await verified()).toBe('admitted_without_password');
    expect(await harness.activate(code)).toEqual({ outcome: 'unknown' });
    expect(harness.directory.customers).toMatchObject([{ credential: null }]);
  });

  it('creates a customer with a fresh id and key for an unknown identifier', async () => {
    expect(await verified()).toBe('admitted_without_password');
    const [{ id } = { id: '' }] = harness.directory.customers;
    expect(await harness.keys.find(harness.identifiers.candidates(IDENTIFIER))).toMatchObject({ customerId: id });
  });

  it('generates an id when the id of the key belongs to another customer', async () => {
    const { customerId } = await pending();
    const zoe = parseIdentifier('zoe@example.org', 'US');
    await harness.directory.createCustomer({
      ...{ id: customerId, identifier: zoe, attemptId: 'their own', firstName: null, lastName: null },
      ...{ market: 'US', locale: 'en', credential: null, verifiedBy: 'staff' as const },
    });
    expect(await verified()).toBe('admitted_without_password');
    expect(harness.directory.customers.map(({ id }) => id === customerId)).toEqual([true, false]);
  });

  it('ignores a redelivered event', async () => {
    const { attemptId } = await pending();
    await verified({ attemptId }, 'the event');
    await expect(verified({ attemptId }, 'the event')).rejects.toBeInstanceOf(AlreadyHandled);
    expect(await verified({ attemptId }, 'another')).toBe('known');
    await verified({}, 'without');
    await expect(verified({}, 'without')).rejects.toBeInstanceOf(AlreadyHandled);
    expect([harness.directory.customers.length, created()]).toEqual([1, 1]);
  });

  it('creates one customer for 50 concurrent deliveries, with and without an attempt id', async () => {
    const { attemptId } = await pending();
    const all = Array.from({ length: 50 }, (_, n) => verified(n % 2 ? { attemptId } : {}, n % 4 < 2 ? 'one' : `e${n}`));
    const outcomes = await Promise.allSettled(all);
    expect([harness.directory.customers.length, created()]).toEqual([1, 1]);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(AlreadyHandled);
    }
  });

  it('keeps a customer that was activated by code before', async () => {
    const code = await harness.registerAndReadCode();
    const attempt = await harness.attempt();
    await harness.activate(code);
    expect(await verified({ attemptId: attempt?.attemptId ?? '' })).toBe('known');
    expect(await verified()).toBe('known');
    expect([harness.directory.customers.length, created()]).toEqual([1, 1]);
  });

  it('returns the same customer when the code is typed afterwards and publishes it once', async () => {
    const code = await harness.registerAndReadCode();
    const attempt = await harness.attempt();
    await verified({ attemptId: attempt?.attemptId ?? '' });
    expect(await harness.activate(code)).toMatchObject({ outcome: 'active', customer: { verifiedBy: 'event' } });
    expect(created()).toBe(1);
  });

  it.each<[string, string, (harness: RegistrationHarness) => Promise<Partial<Verification>>]>([
    ['an attempt nobody knows', 'unknown', async () => ({ attemptId: uuidv7(0) })],
    [
      'an attempt that has expired',
      'unknown',
      async (harness) => {
        const { attemptId } = await pending();
        harness.clock.advance(30 * MINUTE_MS + 1);
        return { attemptId, verifiedAt: harness.clock.now() };
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
      async (harness) => {
        harness.ids.next = () => uuidv7(harness.clock.now().getTime());
        const verifiedAt = harness.clock.now();
        const { attemptId } = await pending();
        return { attemptId, verifiedAt };
      },
    ],
    [
      'a moment that is to come',
      'in_the_future',
      async (harness) => ({ verifiedAt: new Date(harness.clock.now().getTime() + MINUTE_MS + 1) }),
    ],
    [
      'a moment of long ago',
      'too_old',
      async (harness) => ({ verifiedAt: new Date(harness.clock.now().getTime() - 7 * DAY_MS - 1) }),
    ],
  ])('creates no customer and records the event, given %s: %s [FM-M5]', async (_, outcome, arrange) => {
    const changes = await arrange(harness);
    expect(await verified(changes, 'the event')).toBe(outcome);
    expect([harness.directory.customers, created(), harness.inbox.handled.length]).toEqual([[], 0, 1]);
    expect(harness.credentials.hashed).toEqual([]);
  });

  it('accepts a timestamp of a clock that is slightly ahead', async () => {
    expect(await verified({ verifiedAt: new Date(harness.clock.now().getTime() + MINUTE_MS) })).toBe(
      'admitted_without_password',
    );
  });

  it('records nothing after a failure, so that the event can be redelivered', async () => {
    const { attemptId } = await pending();
    const admit = harness.directory.createCustomer.bind(harness.directory);
    harness.directory.createCustomer = () => Promise.reject(new Error('away'));
    await expect(verified({ attemptId }, 'the event')).rejects.toThrow('away');
    expect(harness.inbox.handled).toEqual([]);
    harness.directory.createCustomer = admit;
    expect(await verified({ attemptId }, 'the event')).toBe('admitted');
  });
});
