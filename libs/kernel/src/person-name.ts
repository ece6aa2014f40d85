import { InvalidInput } from './domain-error.js';

/**
 * 1–200 code points that a person can read (OWASP ASVS 2.2.1), in NFC and without surrounding blanks.
 * @throws InvalidInput `name.<reason>` at the pointer
 */
export function readPersonName(pointer: string, typed: string): string {
  const name = typed.normalize('NFC').trim();
  if (name === '' || [...name].length > 200)
    throw InvalidInput.at(pointer, 'name.length', 'must have 1 to 200 characters');
  if (!name.isWellFormed() || /\p{Cc}/u.test(name))
    throw InvalidInput.at(pointer, 'name.characters', 'must be readable text');
  return name;
}
