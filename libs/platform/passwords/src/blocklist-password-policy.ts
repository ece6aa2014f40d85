import {
  consistsOfWords,
  type Identifier,
  InvalidInput,
  isVariationOfCommon,
  normalisePassword,
  PasswordPolicy,
  passwordWordsOf,
  passwordWordsOfHost,
} from '#kernel';
import { PasswordBlocklist } from './password-blocklist.js';

interface PasswordPolicySettings {
  readonly passwordMinimum: number;
  readonly publicUrl: string;
}

/** Checks the length, the blocklist of common passwords, and words of this service and of the password's owner. */
export class BlocklistPasswordPolicy extends PasswordPolicy {
  readonly #blocklist = new PasswordBlocklist();
  readonly #serviceWords: readonly string[];

  constructor(private readonly settings: PasswordPolicySettings) {
    super();
    this.#serviceWords = ['foyer', ...passwordWordsOfHost(new URL(settings.publicUrl).hostname)];
  }

  assertAcceptable(raw: unknown, identifiers: readonly Identifier[], pointer = '/password'): string {
    const password = normalisePassword(raw, this.settings.passwordMinimum, pointer);
    const refuse = (detail: string) => InvalidInput.at(pointer, 'password.too_common', detail);
    if (isVariationOfCommon(password, (candidate) => this.#blocklist.has(candidate))) {
      throw refuse('This password, or one much like it, is on the list of common ones.');
    }
    if (consistsOfWords(password, [...this.#serviceWords, ...identifiers.flatMap(passwordWordsOf)])) {
      throw refuse('This password is little more than a name or address that belongs to you or to this service.');
    }
    return password;
  }
}
