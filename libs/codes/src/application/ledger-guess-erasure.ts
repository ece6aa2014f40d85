import { type CodePurpose, GuessErasure } from '../facade.js';
import { accountsOf } from './guess-accounts.js';
import type { CodeMac, GuessLedger } from './ports.js';

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

  forget(identifierHashes: readonly string[]): Promise<void> {
    const purposes = Object.keys(PURPOSES) as CodePurpose[];
    const accounts = identifierHashes.flatMap((identifierHash) =>
      purposes.flatMap((purpose) => accountsOf(this.mac, { purpose, identifierHash })),
    );
    return this.ledger.forget(accounts);
  }
}
