import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import { AuthHarness, SOURCE } from '../../testing/auth-harness.js';
import { RateLimitedSignInTries } from './rate-limited-sign-in-tries.js';

const FREE_TRIES = 5;

describe('RateLimitedSignInTries', () => {
  let auth: AuthHarness;
  let tries: RateLimitedSignInTries;
  beforeEach(() => {
    auth = new AuthHarness();
    tries = new RateLimitedSignInTries(auth.identifiers, auth.tries, auth.clock);
  });

  const take = (name = 'mia@example.org') => tries.startTry(parseIdentifier(name, 'BR'), SOURCE);
  const guess = async (times: number, name?: string) => {
    for (let n = 0; n < times; n++) await (await take(name))?.recordWrongPassword();
  };
  const known = (name: string) => auth.addSubject(auth.identifiers.hash(parseIdentifier(name, 'BR')));

  it.each([
    ['a customer', true],
    ['nobody', false],
  ])('shares one count with the sign-ins of %s [AC-68]', async (_, isCustomer) => {
    if (isCustomer) await known('mia@example.org');
    await guess(FREE_TRIES - 1);
    expect(await auth.logIn('mia@example.org', 'wrong')).toEqual({ outcome: 'refused' });
    expect(await auth.logIn('mia@example.org', 'wrong')).toMatchObject({ outcome: 'too_many' });
    expect(await take()).toBeNull();
  });

  it('shares one count for a number that can be a CPF, in any format [AC-68]', async () => {
    const number = '52998224725';
    await guess(FREE_TRIES, number);
    expect(await auth.logIn(number, 'wrong')).toMatchObject({ outcome: 'too_many' });
    expect(await auth.logIn(`+55 ${number}`, 'wrong')).toMatchObject({ outcome: 'too_many' });
  });

  it('does not count a cancelled try [AC-68]', async () => {
    for (let n = 0; n < 3 * FREE_TRIES; n++) await (await take())?.cancelTry();
    expect(await take()).not.toBeNull();
  });

  it('waits while others are compared, and starts when one is cancelled [AC-68]', async () => {
    const open = await Promise.all(Array.from({ length: FREE_TRIES }, () => take()));
    auth.clock.after(500, async () => open[0]?.cancelTry());
    expect(await take()).not.toBeNull();
  });

  it('rejects more than fifty waiting tries, and accepts them later [AC-68]', async () => {
    const names = Array.from({ length: 51 }, (_, n) => `mia${n}@example.org`);
    const taken = await Promise.allSettled(names.map((name) => take(name)));
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(50);
    expect(taken.at(-1)).toMatchObject({ reason: { kind: 'unavailable', retryAfter: 1 } });
    expect(await take(names.at(-1))).not.toBeNull();
  });

  it('gives up after two seconds while others are compared [AC-68]', async () => {
    for (let n = 0; n < FREE_TRIES; n++) await take();
    const begun = auth.clock.now().getTime();
    expect(await take()).toBeNull();
    expect(auth.clock.now().getTime() - begun).toBe(2_000);
  });
});
