import { acceptPassword, consistsOf, type Identifier, InvalidInput, NewPasswords, wordsOf } from '../index.js';

/** Looks at the length and at the words of the owner; knows no list. */
export class PlainNewPasswords extends NewPasswords {
  constructor(private readonly minimum = 8) {
    super();
  }

  accept(raw: unknown, identifiers: readonly Identifier[], pointer = '/password'): string {
    const password = acceptPassword(raw, this.minimum, pointer);
    if (!consistsOf(password, identifiers.flatMap(wordsOf))) return password;
    throw InvalidInput.at(pointer, 'password.too_common', 'easily guessed');
  }
}
