import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import type { Database } from '#platform/database';
import { DATABASES, type FreshDatabase, openDatabase } from '#platform/database/testing';
import { guessLedgerContract } from '../guess-ledger.contract.js';
import { GuessesPurge } from './guesses-purge.js';
import { codesTables } from './tables.js';
import { TypeOrmGuessLedger } from './typeorm-guess-ledger.js';

async function open(fresh: () => Promise<FreshDatabase>) {
  const [{ database, work, drop }, clock] = [await openDatabase(fresh, [codesTables]), new FixedClock()];
  return { database, ledger: new TypeOrmGuessLedger(database, work, clock), clock, drop };
}

describe.each(DATABASES)('on %s', (name, fresh) => {
  guessLedgerContract(`TypeOrmGuessLedger on ${name}`, () => open(fresh));

  describe('TypeOrmGuessLedger transactions', () => {
    const identifier = 'a'.repeat(64);
    let opened: Awaited<ReturnType<typeof open>>;
    beforeAll(async () => {
      opened = await open(fresh);
    });
    afterAll(() => opened.drop());

    it('keeps a refunded guess charged when the unit of work rolls back', async () => {
      const { charge } = await opened.ledger.chargeGuess(identifier);
      const failing = opened.database.runInTransaction(async () => {
        await opened.ledger.refundGuess(identifier, charge);
        throw new Error('changed its mind');
      });
      await expect(failing).rejects.toThrow('changed its mind');
      expect((await opened.ledger.countGuesses(identifier)).day).toBe(1);
    });

    it('uses as many statements for the first guess of an hour as for the next [AC-26]', async () => {
      const asked: string[] = [];
      const { query, execute } = opened.database;
      const noted = (work: (...args: never[]) => unknown) =>
        function (this: Database, ...args: never[]) {
          asked.push(String(args[0]));
          return work.apply(this, args);
        };
      Object.assign(opened.database, { query: noted(query), execute: noted(execute) });
      await opened.ledger.chargeGuess('d'.repeat(64));
      const first = asked.splice(0);
      await opened.ledger.chargeGuess('d'.repeat(64));
      Object.assign(opened.database, { query, execute });
      expect(asked).toEqual(first);
    });

    it('purges only guesses that no longer count', async () => {
      const [old, young] = ['b'.repeat(64), 'c'.repeat(64)];
      const purge = new GuessesPurge(opened.database, opened.clock);
      await purge.run();
      await opened.ledger.chargeGuess(old);
      opened.clock.advance(8 * 24 * 3_600_000);
      await opened.ledger.chargeGuess(young);
      opened.clock.advance(3_600_000);
      await purge.run();
      const left = await opened.database.query<{ hash: string }>('select identifier_hash as hash from code_guesses');
      expect(left).toEqual([{ hash: young }]);
    });
  });
});
