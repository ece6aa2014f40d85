import { type CodePurpose, GuessErasure } from '../../facade.js';
import type { CodeMac, GuessLedger } from '../ports.js';
import { guessLedgerKeysOf } from './guess-ledger-key.js';

const PURPOSES: Readonly<Record<CodePurpose, true>> = {
  registration: true,
  password_reset: true,
  identifier_change: true,
};

export class LedgerGuessErasure extends GuessErasure {
  constructor(
    private readonly ledger: GuessLedger,
    private readonly mac: CodeMac,
  ) {
    super();
  }

  eraseGuesses(identifierHashes: readonly string[]): Promise<void> {
    const purposes = Object.keys(PURPOSES) as CodePurpose[];
    const ledgerKeys = identifierHashes.flatMap((identifierHash) =>
      purposes.flatMap((purpose) => guessLedgerKeysOf(this.mac, { purpose, identifierHash })),
    );
    return this.ledger.deleteGuesses(ledgerKeys);
  }
}
