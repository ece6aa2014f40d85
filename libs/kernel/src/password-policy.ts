import type { Identifier } from './identifier.js';

/** Checks a new password at registration, change and reset. */
export abstract class PasswordPolicy {
  /**
   * Checks the length, and that the password is not easily guessed (OWASP ASVS 6.2.4, 6.2.11; NIST SP 800-63B-4 3.1.1.2).
   * @param identifiers known identifiers of the owner; attackers try their parts early
   * @returns the password in NFC, ready for hashing
   * @throws InvalidInput `password.<reason>` at the pointer
   */
  abstract assertAcceptable(raw: unknown, identifiers: readonly Identifier[], pointer?: string): string;
}
