import type { CodeAddress } from '../facade.js';
import type { CodeMac } from './ports.js';

type Guessed = Pick<CodeAddress, 'purpose' | 'identifierHash'>;

/** Where guesses are counted: those at codes of one purpose never make those of another longer. */
export function accountOf(mac: CodeMac, { purpose, identifierHash }: Guessed): string {
  return purpose === 'registration' ? identifierHash : mac.of({ purpose, identifierHash, subject: 'guesses' }, '');
}

/** The same, under every key of the ring. */
export function accountsOf(mac: CodeMac, { purpose, identifierHash }: Guessed): readonly string[] {
  return purpose === 'registration'
    ? [identifierHash]
    : mac.candidates({ purpose, identifierHash, subject: 'guesses' }, '');
}
