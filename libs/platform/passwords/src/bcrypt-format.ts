const MODULAR_CRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const ASCII_WITHIN_72_BYTES = /^[!-~]{1,72}$/;

/**
 * Returns the input if bcrypt hashes all of it: bcrypt ignores everything after byte 72 (CVE-2025-22228).
 * @throws TypeError for a programming error: only a pre-hash is allowed
 */
export function assertBcryptInput(preHash: string): string {
  if (!ASCII_WITHIN_72_BYTES.test(preHash)) throw new TypeError('bcrypt takes a pre-hash of 1 to 72 ASCII characters');
  return preHash;
}

/** True for a hash below this cost, and for anything that is not a bcrypt hash. */
export function isBelowCost(hash: string, cost: number): boolean {
  return Number(MODULAR_CRYPT.exec(hash)?.[1] ?? 0) < cost;
}

/**
 * A well-formed hash that costs as much to compare as any other, and has no known input: salt and digest are all zero bits,
 * and finding an input is as hard as for any other 184 bits.
 */
export function createDummyHash(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`;
}
