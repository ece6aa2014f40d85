import {
  consistsOfWords,
  type Identifier,
  InvalidInput,
  normalisePassword,
  PasswordPolicy,
  passwordWordsOf,
} from '../index.js';

/** Checks the length and the words of the owner, without a blocklist. */
export class PlainNewPasswords extends PasswordPolicy {
  constructor(private readonly minimum = 8) {
    super();
  }

  assertAcceptable(raw: unknown, identifiers: readonly Identifier[], pointer = '/password'): string {
    const password = normalisePassword(raw, this.minimum, pointer);
    if (!consistsOfWords(password, identifiers.flatMap(passwordWordsOf))) return password;
    throw InvalidInput.at(pointer, 'password.too_common', 'easily guessed');
  }
}
