import { InvalidInput } from './domain-error.js';

const BARE = /^[0-9]{11}$/;
const PUNCTUATED = /^[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}$/;
const SAME_DIGITS = /^([0-9])\1{10}$/;

/**
 * A number of the Brazilian register of natural persons: nine digits and two check digits, modulo 11 (Receita Federal). Bare
 * and punctuated spellings are the same number. Eleven equal digits pass the checksum but are never assigned.
 */
export class Cpf {
  readonly kind = 'cpf';

  private constructor(
    /** Eleven ASCII digits. */
    readonly canonical: string,
  ) {}

  /** @throws InvalidInput `document.<reason>` at the pointer, and no other error for any input */
  static parse(raw: unknown, pointer = '/document'): Cpf {
    const refuse = (reason: string, detail: string) => InvalidInput.at(pointer, `document.${reason}`, detail);

    if (typeof raw !== 'string') throw refuse('not_text', 'A CPF is a string.');
    if (!BARE.test(raw) && !PUNCTUATED.test(raw)) {
      throw refuse('format', 'A CPF has eleven digits, written 52998224725 or 529.982.247-25.');
    }
    const digits = raw.replace(/[.-]/g, '');
    if (SAME_DIGITS.test(digits) || !passes(digits)) throw refuse('check_digits', 'This is not a valid CPF.');
    return new Cpf(digits);
  }

  /** The key in its typed namespace: a CPF never equals a phone number, though both may be eleven digits. */
  get key(): `cpf:${string}` {
    return `cpf:${this.canonical}`;
  }

  /** `529.982.247-25` */
  get formatted(): string {
    return this.canonical.replace(/^(...)(...)(...)(..)$/, '$1.$2.$3-$4');
  }

  /** For readers without access to the full number: `***.982.247-**`. */
  get masked(): string {
    return this.formatted.replace(/^...(.*)..$/, '***$1**');
  }
}

const passes = (digits: string): boolean =>
  [9, 10].every((length) => checkDigit(digits.slice(0, length)) === Number(digits[length]));

/** The weights decrease to 2; a remainder of 10 counts as 0. */
function checkDigit(digits: string): number {
  const sum = [...digits].reduce((total, digit, at) => total + Number(digit) * (digits.length + 1 - at), 0);
  return ((sum * 10) % 11) % 10;
}
