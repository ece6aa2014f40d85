export { BcryptPasswordHasher } from './bcrypt-password-hasher.js';
export { BlocklistPasswordPolicy } from './blocklist-password-policy.js';
export { HashPool } from './hash-pool.js';
export { HashPoolLegacyPasswords } from './legacy/hash-pool-legacy-passwords.js';
export { PasswordPepper } from './password-pepper.js';
