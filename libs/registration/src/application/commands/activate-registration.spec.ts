import { beforeEach, describe, expect, it } from 'vitest';
import { HashingBusy, parseIdentifier } from '#kernel';
import { FixedClock } from '#kernel/testing';
import { Registration, SOURCE } from '../../testing/registration.js';
import { ActivateRegistration, ActivateRegistrationHandler } from './activate-registration.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe('ActivateRegistration', () => {
  let house: Registration;
  beforeEach(() => {
    house = new Registration();
  });

  const customers = () => house.directory.customers.map(({ id }) => id);
  const created = () => house.outbox.types.filter((type) => type === 'customer.created.v1').length;
  const charged = () => house.codes.guesses.charged.length;
  const somebodyElse = (id = 'staff made') =>
    house.directory.admit({
      ...{ id, identifier: parseIdentifier('mia@example.org', 'US'), attemptId: 'of staff', firstName: null },
      ...{ lastName: null, market: 'US', locale: 'en', credential: null, verifiedBy: 'staff' as const },
    });

  describe('given the right code', () => {
    it('then the stranger is a customer under the id of his ticket, and it is announced', async () => {
      const code = await house.registered({ firstName: 'Mia', locale: 'pt-BR' });
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
      await house.activate(await house.registered());
      expect(house.credentials.hashed).toHaveLength(1);
      expect(charged()).toBe(0);
      expect((await house.attempt())?.activatedAt).toBe(house.clock.now().getTime());
    });

    it('then all other attempts of the identifier are gone', async () => {
      const code = await house.registered();
      await house.register({ password: 'of somebody else' });
      await house.activate(code);
      expect(await house.attempt({ password: 'of somebody else' })).toBeNull();
      expect(await house.activate('9999', { password: 'of somebody else' })).toEqual({ outcome: 'unknown' });
    });

    it('AC-12 one millisecond before its minute is over, then active; at its end, then expired', async () => {
      const [inTime, tooLate] = [await house.registered(), await house.registered({ email: 'zoe@example.org' })];
      house.clock.advance(MINUTE - 1);
      expect(await house.activate(inTime)).toMatchObject({ outcome: 'active' });
      house.clock.advance(1);
      expect(await house.activate(tooLate, { email: 'zoe@example.org' })).toEqual({ outcome: 'code_expired' });
    });
  });

  it('given no attempt of this password, then unknown, whatever the code', async () => {
    const code = await house.registered();
    expect(await house.activate(code, { password: 'another one' })).toEqual({ outcome: 'unknown' });
    expect([customers(), charged()]).toEqual([[], 0]);
  });

  it('AC-06 AC-21 given the code of another attempt of the same identifier, then wrong', async () => {
    const stranger = await house.registered({ password: 'of the attacker' });
    const owner = await house.registered();
    expect(await house.activate(owner, { password: 'of the attacker' })).toMatchObject({ outcome: 'code_wrong' });
    expect(await house.activate(stranger)).toMatchObject({ outcome: 'code_wrong' });
    expect(customers()).toEqual([]);
  });

  it('given wrong codes, then two, one, none are left, and the right one comes too late', async () => {
    const code = await house.registered();
    const outcomes = [await house.activate('9991'), await house.activate('9992'), await house.activate('9993')];
    expect(outcomes).toEqual([2, 1, 0].map((attemptsRemaining) => ({ outcome: 'code_wrong', attemptsRemaining })));
    expect(await house.activate(code)).toEqual({ outcome: 'code_expired' });
    expect([customers(), charged()]).toEqual([[], 3]);
  });

  it('given a code that is not on its way yet, or was refused, then expired', async () => {
    await house.register();
    expect(await house.activate('0001')).toEqual({ outcome: 'code_expired' });
  });

  it('AC-26 given a decoy, then wrong codes and their end look the same, and nobody gets in', async () => {
    await house.activate(await house.registered());
    const stranger = { password: 'of a stranger' };
    await house.register(stranger);
    await house.send();
    const outcomes: unknown[] = [];
    for (const code of ['0002', '9992', '9993', '9994']) outcomes.push(await house.activate(code, stranger));
    expect(outcomes).toEqual([
      ...[2, 1, 0].map((attemptsRemaining) => ({ outcome: 'code_wrong', attemptsRemaining })),
      { outcome: 'code_expired' },
    ]);
    expect([customers().length, created()]).toEqual([1, 1]);
  });

  describe('given the same activation again', () => {
    it('within a minute, then the same answer, and nothing is announced or hashed twice', async () => {
      const code = await house.registered();
      const first = await house.activate(code);
      house.clock.advance(MINUTE - 1);
      expect(await house.activate(code)).toEqual(first);
      expect([created(), house.credentials.hashed.length, charged()]).toEqual([1, 1, 0]);
    });

    it('after the minute, then already active, for as long as the receipt lives', async () => {
      const code = await house.registered();
      await house.activate(code);
      house.clock.advance(MINUTE);
      expect(await house.activate(code)).toEqual({ outcome: 'already_active' });
      house.clock.advance(28 * MINUTE);
      expect(await house.activate(code)).toEqual({ outcome: 'already_active' });
      house.clock.advance(MINUTE);
      expect(await house.activate(code)).toEqual({ outcome: 'unknown' });
    });

    it('FM-C1 within a minute by the store, then the same answer, however wrong the clock of this process is', async () => {
      const code = await house.registered();
      const first = await house.activate(code);
      for (const minutes of [5, -5]) {
        const clock = new FixedClock();
        clock.advance(minutes * MINUTE);
        const { attempts, codes, admission, ids } = house;
        const elsewhere = new ActivateRegistrationHandler(attempts, codes, admission, ids, clock);
        const [preHash] = house.credentials.preHashes('correct horse');
        expect(await elsewhere.execute(new ActivateRegistration(house.keyOf(), preHash, code, SOURCE.prefix))).toEqual(
          first,
        );
      }
    });

    it('KP-A3 and the tidying was lost, then the same answer, announced once', async () => {
      const code = await house.registered();
      const { finish, consume } = { finish: house.attempts.finish, consume: house.codes.consume };
      house.attempts.finish = () => Promise.reject(new Error('away'));
      house.codes.consume = () => Promise.reject(new Error('away'));
      const first = await house.activate(code);
      expect(first).toMatchObject({ outcome: 'active' });
      Object.assign(house.attempts, { finish });
      Object.assign(house.codes, { consume });
      house.clock.advance(10 * SECOND);
      expect(await house.activate(code)).toEqual(first);
      expect([created(), charged()]).toEqual([1, 0]);
      expect((await house.attempt())?.activatedAt).toBeGreaterThan(0);
    });
  });

  describe('given another request that is activating the same attempt', () => {
    /** The first request hangs in the expensive hash until the clock has moved so far. */
    const held = async (milliseconds: number, fails?: Error) => {
      const code = await house.registered();
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      let first = true;
      house.credentials.beforeHash = async () => {
        if (!first) return;
        first = false;
        await gate;
        if (fails) throw fails;
      };
      const holder = house.activate(code).catch((error: unknown) => error);
      await new Promise(setImmediate);
      house.clock.after(milliseconds, async () => {
        release();
        await holder;
      });
      return { code, holder };
    };

    it('then it waits for the outcome and gets the same answer: a double click', async () => {
      const { code, holder } = await held(500);
      const second = await house.activate(code);
      expect(second).toEqual(await holder);
      expect(second).toMatchObject({ outcome: 'active' });
      expect([created(), house.credentials.hashed.length, charged()]).toEqual([1, 1, 0]);
    });

    it('then it says after two seconds that it is in progress, uncounted', async () => {
      const { code, holder } = await held(5 * SECOND);
      const start = house.clock.now().getTime();
      expect(await house.activate(code)).toEqual({ outcome: 'in_progress' });
      expect(house.clock.now().getTime() - start).toBe(2 * SECOND);
      await house.clock.pause(5 * SECOND);
      expect(await holder).toMatchObject({ outcome: 'active' });
      expect(charged()).toBe(0);
    });

    it('KP-A3 and that one died behind its commit, then it is told so, although nobody tidied up', async () => {
      const code = await house.registered();
      house.attempts.finish = () => new Promise(() => undefined);
      void house.activate(code);
      await new Promise(setImmediate);
      expect(await house.activate(code)).toMatchObject({ outcome: 'active', customer: { email: 'mia@example.org' } });
      expect([created(), charged()]).toEqual([1, 0]);
    });

    it('and that one fails, then it takes over', async () => {
      const { code, holder } = await held(500, new HashingBusy());
      expect(await house.activate(code)).toMatchObject({ outcome: 'active' });
      expect(await holder).toBeInstanceOf(HashingBusy);
      expect(created()).toBe(1);
    });

    it('and the outcome comes between its two looks, then it gets it, not the end of the code', async () => {
      const code = await house.registered();
      const claim = house.codes.claim.bind(house.codes);
      let first: unknown;
      house.codes.claim = async (address, typed, requestId) => {
        house.codes.claim = claim;
        first = await house.activate(code);
        return claim(address, typed, requestId);
      };
      expect(await house.activate(code)).toEqual(first);
      expect(first).toMatchObject({ outcome: 'active' });
    });
  });

  it('RC-01 given the same activation ten times at once, then one customer, and the same answer for all', async () => {
    const code = await house.registered();
    const results = await Promise.all(Array.from({ length: 10 }, () => house.activate(code)));
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
    expect(results[0]).toMatchObject({ outcome: 'active' });
    expect([customers().length, created(), house.credentials.hashed.length]).toEqual([1, 1, 1]);
  });

  it('RC-04 given two attempts with different passwords at once, then one gets in and the other dies', async () => {
    const [mine, yours] = [await house.registered(), await house.registered({ password: 'of somebody else' })];
    const results = await Promise.all([house.activate(mine), house.activate(yours, { password: 'of somebody else' })]);
    expect(results.map(({ outcome }) => outcome).sort()).toEqual(['active', 'unknown']);
    expect([customers().length, created()]).toEqual([1, 1]);
  });

  describe('given our own failure', () => {
    const refuse = (error: Error) => () => Promise.reject(error);

    it.each<[string, () => void]>([
      ['no room for the hash', () => Object.assign(house.credentials, { beforeHash: refuse(new HashingBusy()) })],
      ['a database that is away', () => Object.assign(house.directory, { admit: refuse(new Error('away')) })],
    ])('%s, then the claim and the guess are given back, and the code is good', async (_, fail) => {
      const code = await house.registered();
      fail();
      house.clock.advance(MINUTE - 1);
      await expect(house.activate(code)).rejects.toThrow();
      expect([customers(), created(), charged()]).toEqual([[], 0, 0]);
      house.credentials.beforeHash = () => undefined;
      Reflect.deleteProperty(house.directory, 'admit');
      house.clock.advance(59 * SECOND);
      expect(await house.activate(code)).toMatchObject({ outcome: 'active' });
      expect(charged()).toBe(0);
    });

    it('KP-A2 the transaction fails at its end, then nothing of it is left', async () => {
      const code = await house.registered();
      const append = house.outbox.append.bind(house.outbox);
      house.outbox.append = async (event) => {
        await append(event);
        throw new Error('commit failed');
      };
      await expect(house.activate(code)).rejects.toThrow('commit failed');
      expect([customers(), created()]).toEqual([[], 0]);
      expect((await house.attempt())?.activatedAt).toBe(0);
    });

    it('AC-54 the code store is away, then nobody gets in', async () => {
      const code = await house.registered();
      house.codes.claim = () => Promise.reject(new Error('away'));
      await expect(house.activate(code)).rejects.toThrow('away');
      expect(customers()).toEqual([]);
    });
  });

  describe('given an identifier that went to somebody else meanwhile', () => {
    it('then the attempt is dead: unknown, and it is gone', async () => {
      const code = await house.registered();
      await somebodyElse();
      expect(await house.activate(code)).toEqual({ outcome: 'unknown' });
      expect([await house.attempt(), customers(), created()]).toEqual([null, ['staff made'], 1]);
      expect(charged()).toBe(0);
    });

    it('RC-16 at this very instant, then the same', async () => {
      const code = await house.registered();
      const standing = house.directory.standing.bind(house.directory);
      house.directory.standing = async (...asked) => {
        const before = await standing(...asked);
        await somebodyElse();
        return before;
      };
      expect(await house.activate(code)).toEqual({ outcome: 'unknown' });
      expect(await house.attempt()).toBeNull();
    });

    it('then an id that collides is no replay', async () => {
      const code = await house.registered();
      await somebodyElse((await house.attempt())?.customerId);
      expect(await house.activate(code)).toEqual({ outcome: 'unknown' });
    });
  });

  it('given a key that points elsewhere by now, then the attempt is dead', async () => {
    const code = await house.registered();
    const attempt = await house.attempt();
    await house.keys.hold([attempt?.identifierHash ?? ''], 'fresh id', attempt?.customerId ?? null);
    expect(await house.activate(code)).toEqual({ outcome: 'unknown' });
    expect([customers(), await house.attempt()]).toEqual([[], null]);
  });
});
