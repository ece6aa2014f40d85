import { beforeEach, describe, expect, it } from 'vitest';
import { RegistrationHarness } from '../../testing/registration-harness.js';

const MINUTE = 60_000;

describe('ActivateRegistration', () => {
  let house: RegistrationHarness;
  beforeEach(() => {
    house = new RegistrationHarness();
  });

  describe('given the right code', () => {
    it('then the stranger is a customer under the id of his ticket, and it is announced', async () => {
      const code = await house.registerAndReadCode({ firstName: 'Mia', locale: 'pt-BR' });
      const attempt = await house.attempt();
      const result = await house.activate(code);
      expect(result).toMatchObject({ outcome: 'active', customer: { email: 'mia@example.org', firstName: 'Mia' } });
      expect(house.directory.customers).toMatchObject([
        {
          id: attempt?.customerId,
          attemptId: attempt?.attemptId,
          verifiedBy: 'code',
          market: 'US',
          locale: 'pt-BR',
          credential: 'hashed(new:correct horse)',
        },
      ]);
      expect(house.outbox.types).toEqual([
        'registration.started.v1',
        'registration.code_sent.v1',
        'customer.created.v1',
      ]);
    });

    it('then one expensive hash is paid, the guess is given back, and the attempt is a receipt', async () => {
      await house.activate(await house.registerAndReadCode());
      expect(house.credentials.hashed).toHaveLength(1);
      expect(house.charged).toBe(0);
      expect((await house.attempt())?.activatedAt).toBe(house.clock.now().getTime());
    });

    it('then all other attempts of the identifier are gone', async () => {
      const code = await house.registerAndReadCode();
      await house.register({ password: 'of somebody else' });
      await house.activate(code);
      expect(await house.attempt({ password: 'of somebody else' })).toBeNull();
      expect(await house.activate('9999', { password: 'of somebody else' })).toEqual({ outcome: 'unknown' });
    });

    it('AC-12 one millisecond before its minute is over, then active; at its end, then expired', async () => {
      const [inTime, tooLate] = [
        await house.registerAndReadCode(),
        await house.registerAndReadCode({ email: 'zoe@example.org' }),
      ];
      house.clock.advance(MINUTE - 1);
      expect(await house.activate(inTime)).toMatchObject({ outcome: 'active' });
      house.clock.advance(1);
      expect(await house.activate(tooLate, { email: 'zoe@example.org' })).toEqual({ outcome: 'code_expired' });
    });
  });

  it('given no attempt of this password, then unknown, whatever the code', async () => {
    const code = await house.registerAndReadCode();
    expect(await house.activate(code, { password: 'another one' })).toEqual({ outcome: 'unknown' });
    expect([house.customers, house.charged]).toEqual([[], 0]);
  });

  it('AC-06 AC-21 given the code of another attempt of the same identifier, then wrong', async () => {
    const stranger = await house.registerAndReadCode({ password: 'of the attacker' });
    const owner = await house.registerAndReadCode();
    expect(await house.activate(owner, { password: 'of the attacker' })).toMatchObject({ outcome: 'code_wrong' });
    expect(await house.activate(stranger)).toMatchObject({ outcome: 'code_wrong' });
    expect(house.customers).toEqual([]);
  });

  it('given wrong codes, then two, one, none are left, and the right one comes too late', async () => {
    const code = await house.registerAndReadCode();
    const outcomes = [await house.activate('9991'), await house.activate('9992'), await house.activate('9993')];
    expect(outcomes).toEqual([2, 1, 0].map((attemptsRemaining) => ({ outcome: 'code_wrong', attemptsRemaining })));
    expect(await house.activate(code)).toEqual({ outcome: 'code_expired' });
    expect([house.customers, house.charged]).toEqual([[], 3]);
  });

  it('given a code that is not on its way yet, or was refused, then expired', async () => {
    await house.register();
    expect(await house.activate('0001')).toEqual({ outcome: 'code_expired' });
  });

  it('AC-26 given a decoy, then wrong codes and their end look the same, and nobody gets in', async () => {
    await house.activate(await house.registerAndReadCode());
    const stranger = { password: 'of a stranger' };
    await house.register(stranger);
    await house.deliverDueMessages();
    const outcomes: unknown[] = [];
    for (const code of ['0002', '9992', '9993', '9994']) outcomes.push(await house.activate(code, stranger));
    expect(outcomes).toEqual([
      ...[2, 1, 0].map((attemptsRemaining) => ({ outcome: 'code_wrong', attemptsRemaining })),
      { outcome: 'code_expired' },
    ]);
    expect([house.customers.length, house.created]).toEqual([1, 1]);
  });
});
