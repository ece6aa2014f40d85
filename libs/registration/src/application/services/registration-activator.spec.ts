import { beforeEach, describe, expect, it } from 'vitest';
import { HashingBusy, parseIdentifier } from '#kernel';
import type { AttemptState } from '../../domain/registration-attempt.js';
import { MIA, RegistrationHarness, SOURCE } from '../../testing/registration-harness.js';
import { codeAddressOf } from './code-address.js';

describe('RegistrationActivator', () => {
  let harness: RegistrationHarness;
  let attempt: AttemptState;

  const admit = (changes: Partial<AttemptState> = {}, charge = { hour: 0 }) => {
    const [preHash] = harness.credentials.preHashes(MIA.password);
    const last = () => harness.codes.refundGuess(codeAddressOf(attempt), charge);
    return harness.admission.activate(
      { ...attempt, ...changes },
      { preHash, verifiedBy: 'code', source: SOURCE.prefix, last },
    );
  };
  const key = async () => harness.keys.find([attempt.identifierHash]);

  beforeEach(async () => {
    harness = new RegistrationHarness();
    await harness.registerAndReadCode({ firstName: 'Mia', lastName: 'Doe' });
    const found = await harness.attempt();
    if (!found) throw new Error('it was just registered');
    attempt = found;
  });

  it('creates a customer with the id, names and password hash of the attempt', async () => {
    const customer = await admit();
    expect(customer).toMatchObject({ id: attempt.customerId, email: 'mia@example.org', verifiedBy: 'code' });
    expect(harness.directory.customers).toMatchObject([
      { attemptId: attempt.attemptId, firstName: 'Mia', lastName: 'Doe', credential: 'hashed(new:correct horse)' },
    ]);
  });

  it('records customer and source in the audit trail [INV-18]', async () => {
    await admit();
    const { customerId: id } = attempt;
    expect(harness.audit.entries).toEqual([
      { action: 'customer.created', actor: id, target: id, source: SOURCE.prefix },
    ]);
  });

  it('keeps the attempt as a receipt, deletes its code and refunds the guess', async () => {
    const { charge } = await harness.codes.guesses.chargeGuess(attempt.identifierHash);
    await admit({}, charge);
    expect((await harness.attempt())?.activatedAt).toBeGreaterThan(0);
    const address = { identifierHash: attempt.identifierHash, purpose: 'registration', subject: attempt.attemptId };
    expect(await harness.codes.getStatus({ ...address, purpose: 'registration' })).toBeNull();
    expect(harness.codes.guesses.charged).toEqual([]);
  });

  it('computes a slow hash outside the transaction', async () => {
    let inside = false;
    const run = harness.work.run.bind(harness.work);
    harness.work.run = async (work) => {
      inside = true;
      return run(work).finally(() => {
        inside = false;
      });
    };
    harness.credentials.beforeHash = () => expect(inside).toBe(false);
    await admit();
    expect(harness.credentials.hashed).toHaveLength(1);
  });

  it('changes nothing when there is no hashing capacity', async () => {
    harness.credentials.beforeHash = () => Promise.reject(new HashingBusy());
    await expect(admit()).rejects.toBeInstanceOf(HashingBusy);
    expect([harness.directory.customers, (await harness.attempt())?.activatedAt]).toEqual([[], 0]);
  });

  it('returns the same customer for a repeated attempt and publishes it once', async () => {
    const first = await admit();
    expect(await admit()).toEqual(first);
    expect(harness.outbox.types.filter((type) => type === 'customer.created.v1')).toHaveLength(1);
    expect(harness.audit.actions).toEqual(['customer.created']);
    expect(await harness.admission.findActivated(attempt)).toEqual(first);
  });

  it.each<[string, () => Promise<Partial<AttemptState>>]>([
    ['a decoy', async () => ({ decoy: true })],
    ['an id that its key does not point to', async () => ({ customerId: 'another id' })],
    [
      'a key that was forgotten',
      async () => {
        harness.keys.lockAndMarkProven = async () => null;
        return {};
      },
    ],
    [
      'an identifier that is a customer’s',
      async () => {
        await somebody('other', 'mia@example.org');
        return {};
      },
    ],
    [
      'an id that is a customer’s',
      async () => {
        await somebody(attempt.customerId, 'zoe@example.org');
        return {};
      },
    ],
  ])('creates no customer and removes the attempt, given %s', async (_, arrange) => {
    const changes = await arrange();
    const before = harness.directory.customers.length;
    expect(await admit(changes)).toBeNull();
    expect([harness.directory.customers.length, await harness.attempt()]).toEqual([before, null]);
    expect(await harness.admission.findActivated({ ...attempt, ...changes })).toBeNull();
  });

  it('keeps the committed customer when the store cleanup fails', async () => {
    harness.attempts.convertToReceipt = () => Promise.reject(new Error('away'));
    harness.codes.consume = () => Promise.reject(new Error('away'));
    expect(await admit()).toMatchObject({ id: attempt.customerId });
    expect(harness.directory.customers).toHaveLength(1);
  });

  it('creates neither customer nor event and keeps the key when the transaction fails', async () => {
    const before = await key();
    harness.directory.createCustomer = () => Promise.reject(new Error('away'));
    await expect(admit()).rejects.toThrow('away');
    expect([harness.directory.customers, harness.outbox.types, await key()]).toEqual([
      [],
      ['registration.started.v1', 'registration.code_sent.v1'],
      before,
    ]);
  });

  const somebody = (id: string, email: string) =>
    harness.directory.createCustomer({
      ...{ id, identifier: parseIdentifier(email, 'US'), attemptId: `own attempt of ${id}`, firstName: null },
      ...{ lastName: null, market: 'US', locale: 'en', credential: null, verifiedBy: 'staff' as const },
    });
});
