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

    it('counts no guesses for a new identifier', async () => {
      expect(await ledger.countGuesses(identifier)).toEqual({ day: 0, week: 0 });
    });

    it('counts each guess at its own identifier only', async () => {
      await ledger.chargeGuess(identifier);
      await ledger.chargeGuess(identifier);
      await ledger.chargeGuess(hash());
      expect(await ledger.countGuesses(identifier)).toEqual({ day: 2, week: 2 });
    });

    it('deletes the guesses of the given identifiers only', async () => {
      const [other, kept] = [hash(), hash()];
      for (const target of [identifier, identifier, other, kept]) await ledger.chargeGuess(target);
      await ledger.deleteGuesses([identifier, other]);
      const spent = await Promise.all([identifier, other, kept].map((target) => ledger.countGuesses(target)));
      expect(spent.map(({ week }) => week)).toEqual([0, 0, 1]);
    });

    it('counts all fifty concurrent guesses with distinct numbers [INV-02]', async () => {
      const charged = await Promise.all(times(50, () => ledger.chargeGuess(identifier)));
      expect(await ledger.countGuesses(identifier)).toEqual({ day: 50, week: 50 });
      expect(charged.map(({ day }) => day).sort((a, b) => a - b)).toEqual(times(50, (n) => n + 1));
      expect(charged.every(({ wrong }) => wrong.day === 0)).toBe(true);
    });

    it('keeps wrong guesses and unsettled guesses counted', async () => {
      const { charge } = await ledger.chargeGuess(identifier);
      await ledger.chargeGuess(identifier);
      await ledger.recordWrongGuess(identifier, charge);
      expect(await ledger.countGuesses(identifier)).toEqual({ day: 2, week: 2 });
    });

    it('distinguishes wrong guesses from open ones', async () => {
      const { charge } = await ledger.chargeGuess(identifier);
      await ledger.recordWrongGuess(identifier, charge);
      const { charge: second, wrong, day } = await ledger.chargeGuess(identifier);
      expect([wrong.day, wrong.week, day]).toEqual([1, 1, 2]);
      await ledger.refundGuess(identifier, second);
      expect(await ledger.countGuesses(identifier)).toEqual({ day: 1, week: 1 });
    });

    it('refunds a guess in the hour in which it was charged', async () => {
      const { charge } = await ledger.chargeGuess(identifier);
      under.clock.advance(HOUR);
      await ledger.chargeGuess(identifier);
      await ledger.refundGuess(identifier, charge);
      expect(await ledger.countGuesses(identifier)).toEqual({ day: 1, week: 1 });
      under.clock.advance(24 * HOUR);
      expect(await ledger.countGuesses(identifier)).toEqual({ day: 1, week: 1 });
    });

    it('keeps the count correct under concurrent charges and refunds', async () => {
      await Promise.all(
        times(30, async () => {
          await ledger.refundGuess(identifier, (await ledger.chargeGuess(identifier)).charge);
          await ledger.chargeGuess(identifier);
        }),
      );
      expect((await ledger.countGuesses(identifier)).day).toBe(30);
    });

    it('drops a guess after a day and after a week, never earlier', async () => {
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

    it('ignores refunds and settlements of unknown guesses', async () => {
      await ledger.refundGuess(identifier, { hour: 1 });
      await ledger.recordWrongGuess(identifier, { hour: 1 });
      expect(await ledger.countGuesses(identifier)).toEqual({ day: 0, week: 0 });
    });
  });
}
