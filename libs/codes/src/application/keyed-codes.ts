import { type Claim, type CodeAddress, type CodeStatus, Codes, type IssuedCode } from '../facade.js';
import { CodeGenerator, CodeMac, CodeRules, CodeStore } from './ports.js';

const MAX_TRIES = 3;
/** A code whose message is not accepted within 8 s dies; until then its life is counted generously. */
const UNSENT_MARGIN_MS = 10_000;
const TERMS = { maxTries: MAX_TRIES, holdMs: 10_000, graceMs: 60_000 };

export class KeyedCodes extends Codes {
  constructor(
    private readonly store: CodeStore,
    private readonly mac: CodeMac,
    private readonly generator: CodeGenerator,
    private readonly rules: CodeRules,
  ) {
    super();
  }

  async issue(address: CodeAddress): Promise<IssuedCode> {
    const digits = this.generator.digits(this.rules.length);
    const serial = this.mac.of(address, digits);
    await this.store.put(address, serial, this.rules.lifeMs + UNSENT_MARGIN_MS);
    return { digits, serial };
  }

  async issueDecoy(address: CodeAddress): Promise<string> {
    const serial = this.mac.ofNothing();
    await this.store.put(address, serial, this.rules.lifeMs + UNSENT_MARGIN_MS);
    return serial;
  }

  start(address: CodeAddress, serial: string): Promise<boolean> {
    return this.store.restart(address, serial, this.rules.lifeMs);
  }

  discard(address: CodeAddress, serial: string): Promise<void> {
    return this.store.remove(address, serial);
  }

  claim(address: CodeAddress, typed: string, requestId: string): Promise<Claim> {
    return this.store.claim(address, this.mac.candidates(address, typed), requestId, TERMS);
  }

  release(address: CodeAddress, requestId: string): Promise<void> {
    return this.store.release(address, requestId);
  }

  consume(address: CodeAddress): Promise<void> {
    return this.store.remove(address);
  }

  status(address: CodeAddress): Promise<CodeStatus | null> {
    return this.store.status(address, MAX_TRIES);
  }
}
