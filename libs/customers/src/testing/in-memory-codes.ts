import { type Claim, type CodeAddress, type CodeStatus, Codes, type IssuedCode } from '#codes';
import type { Clock } from '#kernel';

const UNSENT_MS = 610_000;
const LIFE_MS = 600_000;
const TRIES = 3;

interface Code {
  readonly digits: string;
  readonly serial: string;
  until: number;
  tries: number;
  holder: string | null;
}

/** Codes of a change as `Codes` promises them: `00000001`, `00000002`, … */
export class InMemoryCodes extends Codes {
  /** Guesses that were charged and not given back, by identifier. */
  readonly charged: string[] = [];
  readonly #codes = new Map<string, Code>();
  #issued = 0;

  constructor(private readonly clock: Clock) {
    super();
  }

  override async lengthFor(): Promise<number> {
    return 4;
  }

  override async isOutgrown(): Promise<boolean> {
    return false;
  }

  override async giveBack({ identifierHash }: CodeAddress): Promise<void> {
    const at = this.charged.indexOf(identifierHash);
    if (at >= 0) this.charged.splice(at, 1);
  }

  override async issue(address: CodeAddress, length: number): Promise<IssuedCode> {
    const digits = String(++this.#issued).padStart(length, '0');
    const serial = `serial ${this.#issued}`;
    this.#codes.set(keyOf(address), { digits, serial, until: this.#now + UNSENT_MS, tries: 0, holder: null });
    return { digits, serial };
  }

  override async issueDecoy(address: CodeAddress, length: number): Promise<string> {
    return (await this.issue(address, length)).serial;
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
    if (code.holder !== null) return { outcome: 'busy' };
    this.charged.push(address.identifierHash);
    if (code.digits === typed) {
      code.holder = requestId;
      return { outcome: 'granted', charge: { hour: 0 } };
    }
    code.tries++;
    if (code.tries >= TRIES) await this.consume(address);
    return { outcome: 'wrong', attemptsRemaining: TRIES - code.tries };
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

  #live(address: CodeAddress): Code | undefined {
    const code = this.#codes.get(keyOf(address));
    return code && this.#now < code.until ? code : undefined;
  }
}

const keyOf = ({ identifierHash, purpose, subject }: CodeAddress): string => `${identifierHash} ${purpose} ${subject}`;
