import { FixedClock } from '#kernel/testing';
import { guessLedgerContract } from '../adapters/guess-ledger.contract.js';
import { InMemoryGuessLedger } from './in-memory-guess-ledger.js';

guessLedgerContract('InMemoryGuessLedger', async () => {
  const clock = new FixedClock();
  return { ledger: new InMemoryGuessLedger(clock), clock, drop: async () => undefined };
});
