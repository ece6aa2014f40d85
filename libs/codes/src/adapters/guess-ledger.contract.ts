import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GuessLedger } from '../application/ports.js';
import type { FixedClock } from '../testing/fixed-clock.js';

export interface GuessLedgerUnderTest {
  readonly ledger: GuessLedger;
  readonly clock: FixedClock;
  drop(): Promise<void>;
}

const HOUR = 3_600_000;
const hash = () => randomUUID().replaceAll('-', '').repeat(2);
const times = <T>(count: number, make: () => T) => Array.from({ length: count }, make);

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
      expect(await ledger.spent(identifier)).toEqual({ day: 0, week: 0 });
    });

    it('counts each guess, and only at its identifier', async () => {
      await ledger.charge(identifier);
      await ledger.charge(identifier);
      await ledger.charge(hash());
      expect(await ledger.spent(identifier)).toEqual({ day: 2, week: 2 });
    });

    it('INV-02 loses none of fifty at once', async () => {
      await Promise.all(times(50, () => ledger.charge(identifier)));
      expect(await ledger.spent(identifier)).toEqual({ day: 50, week: 50 });
    });

    it('takes back what was given back, in the hour in which it was charged', async () => {
      const charge = await ledger.charge(identifier);
      under.clock.advance(HOUR);
      await ledger.charge(identifier);
      await ledger.giveBack(identifier, charge);
      expect(await ledger.spent(identifier)).toEqual({ day: 1, week: 1 });
      under.clock.advance(24 * HOUR);
      expect(await ledger.spent(identifier)).toEqual({ day: 1, week: 1 });
    });

    it('loses nothing of charges and returns at once', async () => {
      await Promise.all(
        times(30, async () => {
          await ledger.giveBack(identifier, await ledger.charge(identifier));
          await ledger.charge(identifier);
        }),
      );
      expect((await ledger.spent(identifier)).day).toBe(30);
    });

    it('forgets a guess after a day, and after a week, never earlier', async () => {
      await ledger.charge(identifier);
      under.clock.advance(24 * HOUR - 1);
      expect(await ledger.spent(identifier)).toEqual({ day: 1, week: 1 });
      under.clock.advance(HOUR + 1);
      expect(await ledger.spent(identifier)).toEqual({ day: 0, week: 1 });
      under.clock.advance(6 * 24 * HOUR - HOUR - 1);
      expect(await ledger.spent(identifier)).toEqual({ day: 0, week: 1 });
      under.clock.advance(HOUR + 1);
      expect(await ledger.spent(identifier)).toEqual({ day: 0, week: 0 });
    });

    it('takes back what it does not know without a word', async () => {
      await ledger.giveBack(identifier, { hour: 1 });
      expect(await ledger.spent(identifier)).toEqual({ day: 0, week: 0 });
    });
  });
}
