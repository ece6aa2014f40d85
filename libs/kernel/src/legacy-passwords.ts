import type { HashTicket } from './password-hasher.js';

/**
 * Password hashes of another system: bcrypt (`$2a$`, `$2b$`, `$2y$`), and in the PHC string format argon2i, d and id
 * (`v=19`), scrypt, PBKDF2 with SHA-1, SHA-256 or SHA-512. At most 300 ASCII characters.
 */
export abstract class LegacyPasswords {
  /** @throws InvalidInput `password_hash.<reason>` for an unreadable hash, and for one that is too expensive to verify */
  abstract accept(hash: string, pointer: string): void;
  /**
   * Runs off the event loop, in the queue of `PasswordHasher`. It takes the password itself, not a pre-hash.
   * @param hash a hash that `accept` has accepted
   * @throws HashingBusy when the queue is full
   */
  abstract verify(password: string, hash: string, ticket: HashTicket): Promise<boolean>;
}
