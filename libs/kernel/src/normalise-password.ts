import { InvalidInput } from './domain-error.js';

const MAX_BYTES = 512;
const MAX_CODE_POINTS = 128;
const LONE_SURROGATE = /\p{Cs}/u;

/**
 * Returns the password in the form that is hashed and compared. NFC is the only change (NIST SP 800-63B-4 3.1.1.2; OWASP ASVS
 * 6.2.8). The length is counted in code points. There are no composition rules (ASVS 6.2.5): letters, digits, blanks, emoji,
 * colons, NUL and other control characters are all allowed. RFC 7617 forbids control characters in Basic passwords; the Basic
 * parser accepts them, because a password accepted here must also work there.
 * @throws InvalidInput `password.<reason>` at the pointer, and no other error for any input
 */
export function normalisePassword(raw: unknown, minimumCodePoints: number, pointer = '/password'): string {
  const refuse = (reason: string, detail: string) => InvalidInput.at(pointer, `password.${reason}`, detail);
  const tooLong = () =>
    refuse('too_long', `A password has at most ${MAX_CODE_POINTS} characters and ${MAX_BYTES} bytes.`);

  if (typeof raw !== 'string') throw refuse('not_text', 'A password is a string.');
  // A string has at least as many bytes as UTF-16 units, so a huge input is rejected without encoding it.
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
