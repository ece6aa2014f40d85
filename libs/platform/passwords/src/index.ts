export { BcryptPasswordHasher } from './bcrypt-password-hasher.js';
export { CheckedNewPasswords } from './checked-new-passwords.js';
export { HashPool } from './hash-pool.js';
export { PooledForeignPasswords } from './legacy/pooled-foreign-passwords.js';
export { PasswordPepper } from './password-pepper.js';
