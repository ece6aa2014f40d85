import { acceptPassword, consistsOf, type Identifier, InvalidInput, NewPasswords, wordsOf } from '#kernel';

/** Looks at the length and at the words of the owner; knows no list. */
export class PlainNewPasswords extends NewPasswords {
  accept(raw: unknown, identifiers: readonly Identifier[], pointer = '/password'): string {
    const password = acceptPassword(raw, 8, pointer);
    if (!consistsOf(password, identifiers.flatMap(wordsOf))) return password;
    throw InvalidInput.at(pointer, 'password.too_common', 'easily guessed');
  }
}
