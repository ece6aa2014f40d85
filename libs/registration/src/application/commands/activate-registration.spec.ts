import { beforeEach, describe, expect, it } from 'vitest';
import { RegistrationHarness } from '../../testing/registration-harness.js';

const MINUTE = 60_000;

describe('ActivateRegistration', () => {
  let harness: RegistrationHarness;
  beforeEach(() => {
    harness = new RegistrationHarness();
  });

  describe('with the correct code', () => {
    it('creates a customer under the id of the attempt and publishes it', async () => {
      const code = await harness.registerAndReadCode({ firstName: 'Mia', locale: 'pt-BR' });
      const attempt = await harness.attempt();
      const result = await harness.activate(code);
      expect(result).toMatchObject({ outcome: 'active', customer: { email: 'mia@example.org', firstName: 'Mia' } });
      expect(harness.directory.customers).toMatchObject([
        {
          id: attempt?.customerId,
          attemptId: attempt?.attemptId,
          verifiedBy: 'code',
          market: 'US',
          locale: 'pt-BR',
          credential: 'hashed(new:correct horse)',
        },
      ]);
      expect(harness.outbox.types).toEqual([
        'registration.started.v1',
        'registration.code_sent.v1',
        'customer.created.v1',
      ]);
    });

    it('computes one expensive hash, refunds the guess and keeps the attempt as a receipt', async () => {
      await harness.activate(await harness.registerAndReadCode());
      expect(harness.credentials.hashed).toHaveLength(1);
      expect(harness.charged).toBe(0);
      expect((await harness.attempt())?.activatedAt).toBe(harness.clock.now().getTime());
    });

    it('removes all other attempts of the identifier', async () => {
      const code = await harness.registerAndReadCode();
      await harness.register({ password: 'of somebody else' });
      await harness.activate(code);
      expect(await harness.attempt({ password: 'of somebody else' })).toBeNull();
      expect(await harness.activate('9999', { password: 'of somebody else' })).toEqual({ outcome: 'unknown' });
    });

    it('activates one millisecond before the minute ends, and returns expired at its end [AC-12]', async () => {
      const [inTime, tooLate] = [
        await harness.registerAndReadCode(),
        await harness.registerAndReadCode({ email: 'zoe@example.org' }),
      ];
      harness.clock.advance(MINUTE - 1);
      expect(await harness.activate(inTime)).toMatchObject({ outcome: 'active' });
      harness.clock.advance(1);
      expect(await harness.activate(tooLate, { email: 'zoe@example.org' })).toEqual({ outcome: 'code_expired' });
    });
  });

  it('returns unknown without an attempt for this password, whatever the code', async () => {
    const code = await harness.registerAndReadCode();
    expect(await harness.activate(code, { password: 'another one' })).toEqual({ outcome: 'unknown' });
    expect([harness.customers, harness.charged]).toEqual([[], 0]);
  });

  it('rejects the code of another attempt of the same identifier [AC-06] [AC-21]', async () => {
    const stranger = await harness.registerAndReadCode({ password: 'of the attacker' });
    const owner = await harness.registerAndReadCode();
    expect(await harness.activate(owner, { password: 'of the attacker' })).toMatchObject({ outcome: 'code_wrong' });
    expect(await harness.activate(stranger)).toMatchObject({ outcome: 'code_wrong' });
    expect(harness.customers).toEqual([]);
  });

  it('counts down the tries for wrong codes and then rejects the correct one', async () => {
    const code = await harness.registerAndReadCode();
    const outcomes = [await harness.activate('9991'), await harness.activate('9992'), await harness.activate('9993')];
    expect(outcomes).toEqual([2, 1, 0].map((attemptsRemaining) => ({ outcome: 'code_wrong', attemptsRemaining })));
    expect(await harness.activate(code)).toEqual({ outcome: 'code_expired' });
    expect([harness.customers, harness.charged]).toEqual([[], 3]);
  });

  it('returns expired before a code is sent, or when its message was refused', async () => {
    await harness.register();
    expect(await harness.activate('0001')).toEqual({ outcome: 'code_expired' });
  });

  it('behaves the same for a decoy and creates no customer [AC-26]', async () => {
    await harness.activate(await harness.registerAndReadCode());
    const stranger = { password: 'of a stranger' };
    await harness.register(stranger);
    await harness.deliverDueMessages();
    const outcomes: unknown[] = [];
    for (const code of ['0002', '9992', '9993', '9994']) outcomes.push(await harness.activate(code, stranger));
    expect(outcomes).toEqual([
      ...[2, 1, 0].map((attemptsRemaining) => ({ outcome: 'code_wrong', attemptsRemaining })),
      { outcome: 'code_expired' },
    ]);
    expect([harness.customers.length, harness.created]).toEqual([1, 1]);
  });
});
