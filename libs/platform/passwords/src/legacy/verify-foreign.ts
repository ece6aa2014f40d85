import { pbkdf2Sync, scryptSync, timingSafeEqual } from 'node:crypto';
import bcrypt from 'bcrypt';
import { argon2Verify } from 'hash-wasm';
import { readForeignHash } from './foreign-hash.js';

/** bcrypt ignores whatever follows (CVE-2025-22228): a longer password is no match, though the work is done. */
const BCRYPT_BYTES = 72;
const SCRYPT_BYTES = 256 * 2 ** 20;

/** Takes up to a second, on the thread that calls. @param text that was accepted; for any other it is false */
export async function verifyForeign(password: string, text: string): Promise<boolean> {
  const known = readForeignHash(text);
  if ('fault' in known || password === '') return false;
  if (known.kind === 'bcrypt')
    return bcrypt.compareSync(password, known.text) && Buffer.byteLength(password) <= BCRYPT_BYTES;
  if (known.kind === 'argon2') return argon2Verify({ password, hash: known.text });
  const { salt, hash } = known;
  const made =
    known.kind === 'scrypt'
      ? scryptSync(password, salt, hash.length, { ...known.cost, maxmem: SCRYPT_BYTES })
      : pbkdf2Sync(password, salt, known.iterations, hash.length, known.digest);
  return timingSafeEqual(made, hash);
}
