import { pbkdf2Sync, scryptSync, timingSafeEqual } from 'node:crypto';
import bcrypt from 'bcrypt';
import { argon2Verify } from 'hash-wasm';
import { parseLegacyHash } from './legacy-hash.js';

/** bcrypt ignores everything after this byte (CVE-2025-22228): a longer password never matches, though the work is done. */
const BCRYPT_BYTES = 72;
const SCRYPT_BYTES = 256 * 2 ** 20;

/** Takes up to a second on the calling thread. @param text an accepted hash; any other returns false */
export async function verifyLegacyHash(password: string, text: string): Promise<boolean> {
  const parsed = parseLegacyHash(text);
  if ('fault' in parsed || password === '') return false;
  if (parsed.kind === 'bcrypt')
    return bcrypt.compareSync(password, parsed.text) && Buffer.byteLength(password) <= BCRYPT_BYTES;
  if (parsed.kind === 'argon2') return argon2Verify({ password, hash: parsed.text });
  const { salt, hash } = parsed;
  const derived =
    parsed.kind === 'scrypt'
      ? scryptSync(password, salt, hash.length, { ...parsed.cost, maxmem: SCRYPT_BYTES })
      : pbkdf2Sync(password, salt, parsed.iterations, hash.length, parsed.digest);
  return timingSafeEqual(derived, hash);
}
