import { InvalidInput } from './domain-error.js';

/** Control, bidirectional control, noncharacter and private-use code points (UTS 39, UAX 9). */
const UNREADABLE = /[\p{Cc}\p{Co}\p{Bidi_Control}\p{Noncharacter_Code_Point}]/u;
/** Joiners and marks are parts of names, but not names by themselves. U+2800 is a blank classified as a symbol. */
const VISIBLE = /[^\p{Default_Ignorable_Code_Point}\p{Z}\p{M}\u2800]/u;

/**
 * 1–200 code points that a person can read (OWASP ASVS 2.2.1), in NFC and without surrounding blanks.
 * @throws InvalidInput `name.<reason>` at the pointer
 */
export function parsePersonName(pointer: string, typed: string): string {
  const name = typed.normalize('NFC').trim();
  if (name === '' || [...name].length > 200)
    throw InvalidInput.at(pointer, 'name.length', 'must have 1 to 200 characters');
  if (!name.isWellFormed() || UNREADABLE.test(name) || !VISIBLE.test(name))
    throw InvalidInput.at(pointer, 'name.characters', 'must be readable text');
  return name;
}
