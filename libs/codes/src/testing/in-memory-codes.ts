import type { Clock } from '#kernel';
import { InMemoryCounters } from '#kernel/testing';
import { HmacCodeMac } from '../adapters/crypto/hmac-code-mac.js';
import { InMemoryCodeStore } from '../adapters/memory/in-memory-code-store.js';
import type { CodeSettings } from '../application/ports.js';
import { GuessBudget } from '../application/services/guess-budget.js';
import { OneTimeCodeService } from '../application/services/one-time-code-service.js';
import type { CodeAddress, IssuedCode } from '../facade.js';
import { CountingCodeGenerator } from './counting-code-generator.js';
import { InMemoryGuessLedger } from './in-memory-guess-ledger.js';
import { RecordingGuessAlarm } from './recording-guess-alarm.js';

const RULES: CodeSettings = {
  length: 4,
  lifeMs: { registration: 60_000, password_reset: 600_000, identifier_change: 600_000 },
  maxTries: 3,
  guessesPerDay: null,
  guessesPerWeek: null,
  wrongCodesPerHour: null,
};

/** The codes of the program over what is in memory: `0001`, `0002`, …; guesses are counted, and never too many unless the rules say so. */
export class InMemoryCodes extends OneTimeCodeService {
  readonly guesses: InMemoryGuessLedger;
  /** Where codes were put, decoys too. */
  readonly issuedCodes: { readonly address: CodeAddress; readonly length: number; readonly decoy: boolean }[] = [];
  readonly #rules: { length: number };

  constructor(clock: Clock, changes: Partial<CodeSettings> = {}) {
    const rules = { ...RULES, ...changes };
    const guesses = new InMemoryGuessLedger(clock);
    const budget = new GuessBudget(guesses, new InMemoryCounters(clock), rules, new RecordingGuessAlarm());
    const mac = new HmacCodeMac([{ kid: '0', secret: 'a secret of the tests, long enough for all' }]);
    super(new InMemoryCodeStore(clock), budget, mac, new CountingCodeGenerator(), rules);
    this.guesses = guesses;
    this.#rules = rules;
  }

  /** Digits of the next code of a registration. */
  get length(): number {
    return this.#rules.length;
  }

  set length(digits: number) {
    this.#rules.length = digits;
  }

  override issue(address: CodeAddress, length: number, usualMs?: number): Promise<IssuedCode> {
    this.issuedCodes.push({ address, length, decoy: false });
    return super.issue(address, length, usualMs);
  }

  override issueDecoy(address: CodeAddress, length: number, usualMs?: number): Promise<string> {
    this.issuedCodes.push({ address, length, decoy: true });
    return super.issueDecoy(address, length, usualMs);
  }
}
