import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import type { GuessLedger } from '../application/ports.js';

export interface GuessLedgerUnderTest {
  readonly ledger: GuessLedger;
  readonly clock: FixedClock;
  drop(): Promise<void>;
}

const HOUR = 3_600_000;
const hash = () => randomUUID().replaceAll('-', '').repeat(2);
const times = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));

/** What every `GuessLedger` must do. */
export function guessLedgerContract(name: string, open: () => Promise<GuessLedgerUnderTest>): void {
  describe(`${name} is a GuessLedger`, () => {
    let under: GuessLedgerUnderTest;
    let ledger: GuessLedger;
    let identifier: string;
    beforeAll(async () => {
      under = await open();
      ({ ledger } = under);
    });
    beforeEach(() => {
      identifier = hash();
    });
    afterAll(() => under.drop());

    it('has nothing against an identifier that nobody guessed at', async () => {
      expect(await ledger.countGuesses(identifier)).toEqual({ day: 0, week: 0 });
    });

    it('counts each guess, and only at its identifier', async () => {
      await ledger.chargeGuess(identifier);
      await ledger.chargeGuess(identifier);
      await ledger.chargeGuess(hash());
      expect(await ledger.countGuesses(identifier)).toEqual({ day: 2, week: 2 });
    });

    it('forgets what was guessed at some identifiers, and at no others', async () => {
      const [other, kept] = [hash(), hash()];
      for (const one of [identifier, identifier, other, kept]) await ledger.chargeGuess(one);
      await ledger.deleteGuesses([identifier, other]);
      const spent = await Promise.all([identifier, other, kept].map((one) => ledger.countGuesses(one)));
      expect(spent.map(({ week }) => week)).toEqual([0, 0, 1]);
    });

    it('INV-02 loses none of fifty at once, and gives no two the same number', async () => {
      const charged = await Promise.all(times(50, () => ledger.chargeGuess(identifier)));
      expect(await ledger.countGuesses(identifier)).toEqual({ day: 50, week: 50 });
      expect(charged.map(({ day }) => day).sort((a, b) => a - b)).toEqual(times(50, (n) => n + 1));
      expect(charged.every(({ wrong }) => wrong.day === 0)).toBe(true);
    });

    it('keeps a guess that was wrong, and one that was never settled', async () => {
      const { charge } = await ledger.chargeGuess(identifier);
      await ledger.chargeGuess(identifier);
      await ledger.recordWrongGuess(identifier, charge);
      expect(await ledger.countGuesses(identifier)).toEqual({ day: 2, week: 2 });
    });

    it('tells those that were wrong from those that are being made', async () => {
      const { charge } = await ledger.chargeGuess(identifier);
      await ledger.recordWrongGuess(identifier, charge);
      const { charge: second, wrong, day } = await ledger.chargeGuess(identifier);
      expect([wrong.day, wrong.week, day]).toEqual([1, 1, 2]);
      await ledger.refundGuess(identifier, second);
      expect(await ledger.countGuesses(identifier)).toEqual({ day: 1, week: 1 });
    });

    it('takes back what was given back, in the hour in which it was charged', async () => {
      const { charge } = await ledger.chargeGuess(identifier);
      under.clock.advance(HOUR);
      await ledger.chargeGuess(identifier);
      await ledger.refundGuess(identifier, charge);
      expect(await ledger.countGuesses(identifier)).toEqual({ day: 1, week: 1 });
      under.clock.advance(24 * HOUR);
      expect(await ledger.countGuesses(identifier)).toEqual({ day: 1, week: 1 });
    });

    it('loses nothing of charges and returns at once', async () => {
      await Promise.all(
        times(30, async () => {
          await ledger.refundGuess(identifier, (await ledger.chargeGuess(identifier)).charge);
          await ledger.chargeGuess(identifier);
        }),
      );
      expect((await ledger.countGuesses(identifier)).day).toBe(30);
    });

    it('forgets a guess after a day, and after a week, never earlier', async () => {
      await ledger.chargeGuess(identifier);
      under.clock.advance(24 * HOUR - 1);
      expect(await ledger.countGuesses(identifier)).toEqual({ day: 1, week: 1 });
      under.clock.advance(HOUR + 1);
      expect(await ledger.countGuesses(identifier)).toEqual({ day: 0, week: 1 });
      under.clock.advance(6 * 24 * HOUR - HOUR - 1);
      expect(await ledger.countGuesses(identifier)).toEqual({ day: 0, week: 1 });
      under.clock.advance(HOUR + 1);
      expect(await ledger.countGuesses(identifier)).toEqual({ day: 0, week: 0 });
    });

    it('takes back, and settles, what it does not know without a word', async () => {
      await ledger.refundGuess(identifier, { hour: 1 });
      await ledger.recordWrongGuess(identifier, { hour: 1 });
      expect(await ledger.countGuesses(identifier)).toEqual({ day: 0, week: 0 });
    });
  });
}
