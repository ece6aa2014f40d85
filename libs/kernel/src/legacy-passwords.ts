import type { HashTicket } from './password-hasher.js';

/**
 * Passwords as another system has hashed them: bcrypt (`$2a$`, `$2b$`, `$2y$`), and in the PHC string format argon2i, d and id
 * (`v=19`), scrypt, PBKDF2 with SHA-1, SHA-256 or SHA-512. At most 300 ASCII characters.
 */
export abstract class LegacyPasswords {
  /** @throws InvalidInput `password_hash.<reason>` for what nobody can read, and for what would cost too much to compare with */
  abstract accept(hash: string, pointer: string): void;
  /**
   * Off the event loop, in the queue of `PasswordHasher`. It takes the password itself.
   * @param hash that was accepted
   * @throws HashingBusy when the queue is full
   */
  abstract verify(password: string, hash: string, ticket: HashTicket): Promise<boolean>;
}
