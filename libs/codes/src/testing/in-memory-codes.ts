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

const DEFAULT_SETTINGS: CodeSettings = {
  length: 4,
  lifeMs: { registration: 60_000, password_reset: 600_000, identifier_change: 600_000 },
  maxTries: 3,
  guessesPerDay: null,
  guessesPerWeek: null,
  wrongCodesPerHour: null,
};

/** `OneTimeCodeService` with in-memory adapters. Codes are `0001`, `0002`, …; guesses are counted but not limited by default. */
export class InMemoryCodes extends OneTimeCodeService {
  readonly guesses: InMemoryGuessLedger;
  /** Addresses of all issued codes, including decoys. */
  readonly issuedCodes: { readonly address: CodeAddress; readonly length: number; readonly decoy: boolean }[] = [];
  readonly #codeSettings: { length: number };

  constructor(clock: Clock, changes: Partial<CodeSettings> = {}) {
    const settings = { ...DEFAULT_SETTINGS, ...changes };
    const guesses = new InMemoryGuessLedger(clock);
    const budget = new GuessBudget(guesses, new InMemoryCounters(clock), settings, new RecordingGuessAlarm());
    const mac = new HmacCodeMac([{ kid: '0', secret: 'a secret of the tests, long enough for all' }]);
    super(new InMemoryCodeStore(clock), budget, mac, new CountingCodeGenerator(), settings);
    this.guesses = guesses;
    this.#codeSettings = settings;
  }

  /** Number of digits of the next registration code. */
  get length(): number {
    return this.#codeSettings.length;
  }

  set length(digits: number) {
    this.#codeSettings.length = digits;
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
