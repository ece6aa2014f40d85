import type { CodeAddress } from '../../facade.js';
import type { CodeMac } from '../ports.js';

type GuessTarget = Pick<CodeAddress, 'purpose' | 'identifierHash'>;

/** The ledger key of guesses. Guesses at codes of one purpose never lengthen codes of another. */
export function guessLedgerKeyOf(mac: CodeMac, { purpose, identifierHash }: GuessTarget): string {
  return purpose === 'registration'
    ? identifierHash
    : mac.computeMac({ purpose, identifierHash, subject: 'guesses' }, '');
}

/** The ledger keys under every key of the ring. */
export function guessLedgerKeysOf(mac: CodeMac, { purpose, identifierHash }: GuessTarget): readonly string[] {
  return purpose === 'registration'
    ? [identifierHash]
    : mac.computeCandidates({ purpose, identifierHash, subject: 'guesses' }, '');
}
