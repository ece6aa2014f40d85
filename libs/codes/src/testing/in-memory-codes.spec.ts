import { beforeEach, describe, expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import type { CodeAddress } from '../facade.js';
import { InMemoryCodes } from './in-memory-codes.js';

const address: CodeAddress = { identifierHash: 'a'.repeat(64), purpose: 'registration', subject: 'attempt' };

/** Covers what tests of other modules rely on; `OneTimeCodeService` has its own spec. */
describe('InMemoryCodes', () => {
  let clock: FixedClock;
  let codes: InMemoryCodes;
  beforeEach(() => {
    clock = new FixedClock();
    codes = new InMemoryCodes(clock);
  });

  it('numbers its codes from 1 and records their addresses', async () => {
    expect((await codes.issue(address, 4)).digits).toBe('0001');
    await codes.issueDecoy(address, 4);
    expect((await codes.issue(address, 8)).digits).toBe('00000002');
    expect(codes.issuedCodes.map(({ length, decoy }) => [length, decoy])).toEqual([
      [4, false],
      [4, true],
      [8, false],
    ]);
  });

  it('keeps wrong guesses charged, and correct ones until they are refunded', async () => {
    const { digits } = await codes.issue(address, 4);
    await codes.claim(address, '9999', 'one');
    const granted = await codes.claim(address, digits, 'two');
    expect(codes.guesses.charged).toHaveLength(2);
    if (granted.outcome === 'granted') await codes.refundGuess(address, granted.charge);
    expect(codes.guesses.charged).toEqual([address.identifierHash]);
  });

  it.each([
    ['registration', 60_000],
    ['password_reset', 600_000],
    ['identifier_change', 600_000],
  ] as const)('keeps a code of %s live for %i ms', async (purpose, lifeMs) => {
    const at = { ...address, purpose };
    const { digits, serial } = await codes.issue(at, 4);
    await codes.startLifetime(at, serial);
    clock.advance(lifeMs - 1);
    expect((await codes.getStatus(at))?.attemptsRemaining).toBe(3);
    clock.advance(1);
    expect(await codes.claim(at, digits, 'late')).toEqual({ outcome: 'expired' });
  });

  it('uses the given settings', async () => {
    codes = new InMemoryCodes(clock, { maxTries: 1, guessesPerDay: 1 });
    await codes.issue(address, 4);
    expect(await codes.claim(address, '9999', 'one')).toEqual({ outcome: 'wrong', attemptsRemaining: 0 });
    expect(await codes.codeLengthFor(address.identifierHash)).toBe(8);
    expect(await codes.isShorterThanRequired(address, 8)).toBe(false);
  });

  it('reports a code as too short once codes are longer', async () => {
    await codes.issue(address, 4);
    codes.length = 6;
    expect(await codes.isShorterThanRequired(address, await codes.codeLengthFor(address.identifierHash))).toBe(true);
  });
});
