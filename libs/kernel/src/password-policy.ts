import type { Identifier } from './identifier.js';

/** What a new password has to pass, wherever one is chosen: at registration, change and reset. */
export abstract class PasswordPolicy {
  /**
   * Its length, and that it is not among the first that are guessed (OWASP ASVS 6.2.4, 6.2.11; NIST SP 800-63B-4 3.1.1.2).
   * @param identifiers its owner's, as far as they are known: their parts are guessed early
   * @returns the password in NFC, as it is hashed
   * @throws InvalidInput `password.<reason>` at the pointer
   */
  abstract assertAcceptable(raw: unknown, identifiers: readonly Identifier[], pointer?: string): string;
}
