import type { CodeAddress } from '../../facade.js';
import type { CodeMac } from '../ports.js';

type GuessTarget = Pick<CodeAddress, 'purpose' | 'identifierHash'>;

/** Where guesses are counted: those at codes of one purpose never make those of another longer. */
export function guessLedgerKeyOf(mac: CodeMac, { purpose, identifierHash }: GuessTarget): string {
  return purpose === 'registration'
    ? identifierHash
    : mac.computeMac({ purpose, identifierHash, subject: 'guesses' }, '');
}

/** The same, under every key of the ring. */
export function guessLedgerKeysOf(mac: CodeMac, { purpose, identifierHash }: GuessTarget): readonly string[] {
  return purpose === 'registration'
    ? [identifierHash]
    : mac.computeCandidates({ purpose, identifierHash, subject: 'guesses' }, '');
}
