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

  it('generates an id for a new identifier', async () => {
    expect(await idOf()).toEqual({ customerId: FRESH, taken: false, lost: null, provisional: true });
  });

  it('returns the id of the key for a pending identifier every time', async () => {
    await keyed('kept');
    expect([await idOf(), await idOf()]).toEqual([
      { customerId: 'kept', taken: false, lost: null, provisional: false },
      { customerId: 'kept', taken: false, lost: null, provisional: false },
    ]);
  });

  it('finds the id under an older key of the ring', async () => {
    await keyed('kept', harness.identifiers.candidates(MIA)[1]);
    expect((await idOf()).customerId).toBe('kept');
  });

  it('returns the id of a customer as taken', async () => {
    await keyed('mia');
    await customer('mia');
    expect(await idOf()).toEqual({ customerId: 'mia', taken: true, lost: null, provisional: false });
  });

  it('returns the id of a staff-created customer and reports the id of an older key as lost', async () => {
    await keyed('older');
    await customer('mia');
    expect(await idOf()).toEqual({ customerId: 'mia', taken: true, lost: 'older', provisional: false });
  });

  it('returns the id of a staff-created customer without a key', async () => {
    await customer('mia');
    expect(await idOf()).toEqual({ customerId: 'mia', taken: true, lost: null, provisional: false });
  });

  it('generates an id when the customer of the key has another identifier, and reports the old id as lost', async () => {
    await keyed('zoe');
    await customer('zoe', ZOE);
    expect(await idOf()).toEqual({ customerId: FRESH, taken: false, lost: 'zoe', provisional: false });
  });
});
