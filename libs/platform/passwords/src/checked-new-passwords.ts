import {
  acceptPassword,
  consistsOf,
  type Identifier,
  InvalidInput,
  isVariationOfCommon,
  NewPasswords,
  wordsOf,
  wordsOfHost,
} from '#kernel';
import { CommonPasswords } from './common-passwords.js';

interface Rules {
  readonly passwordMinimum: number;
  readonly publicUrl: string;
}

/** Length, the list of common passwords, and the words of this place and of the password's owner. */
export class CheckedNewPasswords extends NewPasswords {
  readonly #common = new CommonPasswords();
  readonly #words: readonly string[];

  constructor(private readonly rules: Rules) {
    super();
    this.#words = ['foyer', ...wordsOfHost(new URL(rules.publicUrl).hostname)];
  }

  accept(raw: unknown, identifiers: readonly Identifier[], pointer = '/password'): string {
    const password = acceptPassword(raw, this.rules.passwordMinimum, pointer);
    const refuse = (detail: string) => InvalidInput.at(pointer, 'password.too_common', detail);
    if (isVariationOfCommon(password, (candidate) => this.#common.has(candidate))) {
      throw refuse('This password, or one much like it, is on the list of common ones.');
    }
    if (consistsOf(password, [...this.#words, ...identifiers.flatMap(wordsOf)])) {
      throw refuse('This password is little more than a name or address that belongs to you or to this service.');
    }
    return password;
  }
}
