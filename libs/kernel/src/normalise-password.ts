import { InvalidInput } from './domain-error.js';

const MAX_BYTES = 512;
const MAX_CODE_POINTS = 128;
const LONE_SURROGATE = /\p{Cs}/u;

/**
 * The password as it is hashed and compared: NFC, the one change that is made (NIST SP 800-63B-4 3.1.1.2; OWASP ASVS 6.2.8),
 * counted in code points. There are no composition rules (ASVS 6.2.5): letters, digits, blanks, emoji, colons, NUL and other
 * control characters are all fine. RFC 7617 keeps control characters out of Basic passwords; the Basic parser lets them
 * through all the same, or else a password accepted here could not be proven there.
 * @throws InvalidInput `password.<reason>` at the pointer; nothing else, whatever comes in
 */
export function normalisePassword(raw: unknown, minimumCodePoints: number, pointer = '/password'): string {
  const refuse = (reason: string, detail: string) => InvalidInput.at(pointer, `password.${reason}`, detail);
  const tooLong = () =>
    refuse('too_long', `A password has at most ${MAX_CODE_POINTS} characters and ${MAX_BYTES} bytes.`);

  if (typeof raw !== 'string') throw refuse('not_text', 'A password is a string.');
  // A string has at least as many bytes as UTF-16 units: a huge one costs nothing.
  if (raw.length > MAX_BYTES || new TextEncoder().encode(raw).length > MAX_BYTES) throw tooLong();
  if (LONE_SURROGATE.test(raw)) throw refuse('not_unicode', 'The password holds half a character.');

  const password = raw.normalize('NFC');
  const codePoints = Array.from(password).length;
  if (codePoints > MAX_CODE_POINTS) throw tooLong();
  if (codePoints < minimumCodePoints) {
    throw refuse('too_short', `A password has at least ${minimumCodePoints} characters.`);
  }
  return password;
}
