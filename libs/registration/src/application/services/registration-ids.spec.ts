import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import { CountingIds } from '#kernel/testing';
import { RegistrationHarness } from '../../testing/registration-harness.js';

const MIA = parseIdentifier('mia@example.org', 'US');
const ZOE = parseIdentifier('zoe@example.org', 'US');
const FRESH = CountingIds.of(1);

describe('RegistrationIds', () => {
  let harness: RegistrationHarness;
  beforeEach(() => {
    harness = new RegistrationHarness();
  });

  const customer = (id: string, identifier = MIA) =>
    harness.directory.createCustomer({
      ...{ id, identifier, attemptId: `attempt of ${id}`, firstName: null, lastName: null },
      ...{ market: 'US', locale: 'en', credential: null, verifiedBy: 'staff' as const },
    });
  const keyed = (id: string, hash = harness.identifiers.hash(MIA)) => harness.keys.lockAndIncrement([hash], id, null);
  const idOf = () => harness.registrationIds.resolveId(MIA);

  it('given a new identifier, then a fresh id', async () => {
    expect(await idOf()).toEqual({ customerId: FRESH, taken: false, lost: null, provisional: true });
  });

  it('given a pending one, then the id its key points to, every time', async () => {
    await keyed('kept');
    expect([await idOf(), await idOf()]).toEqual([
      { customerId: 'kept', taken: false, lost: null, provisional: false },
      { customerId: 'kept', taken: false, lost: null, provisional: false },
    ]);
  });

  it('given a key stored under an older key of the ring, then its id', async () => {
    await keyed('kept', harness.identifiers.candidates(MIA)[1]);
    expect((await idOf()).customerId).toBe('kept');
  });

  it('given a customer, then his id, and that it is taken', async () => {
    await keyed('mia');
    await customer('mia');
    expect(await idOf()).toEqual({ customerId: 'mia', taken: true, lost: null, provisional: false });
  });

  it('given a customer that staff made, and an older key, then his id, and the key has lost its own', async () => {
    await keyed('older');
    await customer('mia');
    expect(await idOf()).toEqual({ customerId: 'mia', taken: true, lost: 'older', provisional: false });
  });

  it('given a customer that staff made, and no key, then his id', async () => {
    await customer('mia');
    expect(await idOf()).toEqual({ customerId: 'mia', taken: true, lost: null, provisional: false });
  });

  it('given a key to the id of somebody who has another identifier now, then a fresh id, and that one is lost', async () => {
    await keyed('zoe');
    await customer('zoe', ZOE);
    expect(await idOf()).toEqual({ customerId: FRESH, taken: false, lost: 'zoe', provisional: false });
  });
});
