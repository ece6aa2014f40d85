import { beforeEach, describe, expect, it } from 'vitest';
import { RegistrationHarness } from '../../testing/registration-harness.js';

const MINUTE = 60_000;

describe('ActivateRegistration', () => {
  let harness: RegistrationHarness;
  beforeEach(() => {
    harness = new RegistrationHarness();
  });

  describe('given the right code', () => {
    it('then the stranger is a customer under the id of his ticket, and it is announced', async () => {
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

    it('then one expensive hash is paid, the guess is given back, and the attempt is a receipt', async () => {
      await harness.activate(await harness.registerAndReadCode());
      expect(harness.credentials.hashed).toHaveLength(1);
      expect(harness.charged).toBe(0);
      expect((await harness.attempt())?.activatedAt).toBe(harness.clock.now().getTime());
    });

    it('then all other attempts of the identifier are gone', async () => {
      const code = await harness.registerAndReadCode();
      await harness.register({ password: 'of somebody else' });
      await harness.activate(code);
      expect(await harness.attempt({ password: 'of somebody else' })).toBeNull();
      expect(await harness.activate('9999', { password: 'of somebody else' })).toEqual({ outcome: 'unknown' });
    });

    it('AC-12 one millisecond before its minute is over, then active; at its end, then expired', async () => {
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

  it('given no attempt of this password, then unknown, whatever the code', async () => {
    const code = await harness.registerAndReadCode();
    expect(await harness.activate(code, { password: 'another one' })).toEqual({ outcome: 'unknown' });
    expect([harness.customers, harness.charged]).toEqual([[], 0]);
  });

  it('AC-06 AC-21 given the code of another attempt of the same identifier, then wrong', async () => {
    const stranger = await harness.registerAndReadCode({ password: 'of the attacker' });
    const owner = await harness.registerAndReadCode();
    expect(await harness.activate(owner, { password: 'of the attacker' })).toMatchObject({ outcome: 'code_wrong' });
    expect(await harness.activate(stranger)).toMatchObject({ outcome: 'code_wrong' });
    expect(harness.customers).toEqual([]);
  });

  it('given wrong codes, then two, one, none are left, and the right one comes too late', async () => {
    const code = await harness.registerAndReadCode();
    const outcomes = [await harness.activate('9991'), await harness.activate('9992'), await harness.activate('9993')];
    expect(outcomes).toEqual([2, 1, 0].map((attemptsRemaining) => ({ outcome: 'code_wrong', attemptsRemaining })));
    expect(await harness.activate(code)).toEqual({ outcome: 'code_expired' });
    expect([harness.customers, harness.charged]).toEqual([[], 3]);
  });

  it('given a code that is not on its way yet, or was refused, then expired', async () => {
    await harness.register();
    expect(await harness.activate('0001')).toEqual({ outcome: 'code_expired' });
  });

  it('AC-26 given a decoy, then wrong codes and their end look the same, and nobody gets in', async () => {
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
