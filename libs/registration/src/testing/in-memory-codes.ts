import { type Claim, type CodeAddress, type CodeStatus, Codes, type GuessCharge, type IssuedCode } from '#codes';
import type { Clock } from '#kernel';

const LIFE_MS = 60_000;
const MARGIN_MS = 10_000;
const GRACE_MS = 60_000;
const HOLD_MS = 10_000;
const TRIES = 3;

interface Code {
  readonly digits: string | null;
  readonly serial: string;
  until: number;
  tries: number;
  holder: string | null;
  heldUntil: number;
}

/** One-time codes as `Codes` promises them: `0001`, `0002`, …; a decoy has none. */
export class InMemoryCodes extends Codes {
  /** Guesses that were charged and not given back. */
  readonly charged: string[] = [];
  /** Digits of the next code. */
  length = 4;
  outgrown = false;
  readonly #codes = new Map<string, Code>();
  #issued = 0;

  constructor(private readonly clock: Clock) {
    super();
  }

  override async lengthFor(): Promise<number> {
    return this.length;
  }

  override async isOutgrown(): Promise<boolean> {
    return this.outgrown;
  }

  override async giveBack({ identifierHash }: CodeAddress): Promise<void> {
    const at = this.charged.indexOf(identifierHash);
    if (at >= 0) this.charged.splice(at, 1);
  }

  override async issue(address: CodeAddress, length: number): Promise<IssuedCode> {
    const digits = String(++this.#issued).padStart(length, '0');
    return { digits, serial: this.#put(address, digits) };
  }

  override async issueDecoy(address: CodeAddress): Promise<string> {
    this.#issued++;
    return this.#put(address, null);
  }

  override async start(address: CodeAddress, serial: string): Promise<boolean> {
    const code = this.#live(address);
    if (code?.serial !== serial) return false;
    code.until = this.#now + LIFE_MS;
    return true;
  }

  override async discard(address: CodeAddress, serial: string): Promise<void> {
    if (this.#live(address)?.serial === serial) await this.consume(address);
  }

  override async claim(address: CodeAddress, typed: string, requestId: string): Promise<Claim> {
    const code = this.#live(address);
    if (!code) return { outcome: 'expired' };
    if (code.holder !== null && code.holder !== requestId && this.#now < code.heldUntil) return { outcome: 'busy' };
    this.charged.push(address.identifierHash);
    if (code.digits !== typed) return this.#wrong(address, code);
    Object.assign(code, { holder: requestId, heldUntil: this.#now + HOLD_MS });
    code.until = Math.max(code.until, this.#now + GRACE_MS);
    return { outcome: 'granted', charge: { hour: 0 } satisfies GuessCharge };
  }

  override async release(address: CodeAddress, requestId: string): Promise<void> {
    const code = this.#live(address);
    if (code?.holder === requestId) code.holder = null;
  }

  override async consume(address: CodeAddress): Promise<void> {
    this.#codes.delete(keyOf(address));
  }

  override async status(address: CodeAddress): Promise<CodeStatus | null> {
    const code = this.#live(address);
    return code ? { expiresAt: new Date(code.until), attemptsRemaining: TRIES - code.tries } : null;
  }

  get #now(): number {
    return this.clock.now().getTime();
  }

  #put(address: CodeAddress, digits: string | null): string {
    const serial = `serial ${this.#issued}`;
    const until = this.#now + LIFE_MS + MARGIN_MS;
    this.#codes.set(keyOf(address), { digits, serial, until, tries: 0, holder: null, heldUntil: 0 });
    return serial;
  }

  #live(address: CodeAddress): Code | undefined {
    const code = this.#codes.get(keyOf(address));
    return code && this.#now < code.until ? code : undefined;
  }

  #wrong(address: CodeAddress, code: Code): Claim {
    code.tries++;
    if (code.tries >= TRIES) this.#codes.delete(keyOf(address));
    return { outcome: 'wrong', attemptsRemaining: TRIES - code.tries };
  }
}

const keyOf = ({ identifierHash, purpose, subject }: CodeAddress): string => `${identifierHash} ${purpose} ${subject}`;
