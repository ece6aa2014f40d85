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
import { PasswordBlocklist } from './password-blocklist.js';

interface PasswordPolicySettings {
  readonly passwordMinimum: number;
  readonly publicUrl: string;
}

/** Length, the list of common passwords, and the words of this place and of the password's owner. */
export class BlocklistPasswordPolicy extends NewPasswords {
  readonly #blocklist = new PasswordBlocklist();
  readonly #serviceWords: readonly string[];

  constructor(private readonly settings: PasswordPolicySettings) {
    super();
    this.#serviceWords = ['foyer', ...wordsOfHost(new URL(settings.publicUrl).hostname)];
  }

  accept(raw: unknown, identifiers: readonly Identifier[], pointer = '/password'): string {
    const password = acceptPassword(raw, this.settings.passwordMinimum, pointer);
    const refuse = (detail: string) => InvalidInput.at(pointer, 'password.too_common', detail);
    if (isVariationOfCommon(password, (candidate) => this.#blocklist.has(candidate))) {
      throw refuse('This password, or one much like it, is on the list of common ones.');
    }
    if (consistsOf(password, [...this.#serviceWords, ...identifiers.flatMap(wordsOf)])) {
      throw refuse('This password is little more than a name or address that belongs to you or to this service.');
    }
    return password;
  }
}
