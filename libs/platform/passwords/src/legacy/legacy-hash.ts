/** A parsed hash of another system, with the parameters that a comparison needs. */
export type LegacyHash =
  | { readonly kind: 'bcrypt'; readonly text: string }
  | { readonly kind: 'argon2'; readonly text: string }
  | { readonly kind: 'scrypt'; readonly cost: ScryptCost; readonly salt: Buffer; readonly hash: Buffer }
  | {
      readonly kind: 'pbkdf2';
      readonly digest: Digest;
      readonly iterations: number;
      readonly salt: Buffer;
      readonly hash: Buffer;
    };

interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}
type Digest = 'sha1' | 'sha256' | 'sha512';

export type LegacyHashFault = 'unknown' | 'too_costly';

/**
 * Limits on the cost of a comparison: anyone who knows a login name can trigger one, so it stays below about a second of one
 * core and 128 MiB. The values that OWASP recommends for each algorithm are within the limits.
 */
const MAX = {
  characters: 300,
  bcryptCost: 14,
  argon2KiB: 131_072,
  /** Memory in KiB times passes. */
  argon2Work: 393_216,
  argon2Lanes: 16,
  /** N · r: memory in units of 128 bytes. */
  scryptMemory: 2 ** 20,
  /** N · r · p */
  scryptWork: 2 ** 21,
  /** Output blocks times iterations. */
  pbkdf2: { sha1: 3_000_000, sha256: 1_500_000, sha512: 1_000_000 },
} as const;
const DIGEST_BYTES: Readonly<Record<Digest, number>> = { sha1: 20, sha256: 32, sha512: 64 };

const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const ARGON2 = /^\$argon2(?:i|d|id)\$v=19\$m=(\d{1,7}),t=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
const SCRYPT = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
/** passlib omits `i=` and writes `.` for `+`. */
const PBKDF2 = /^\$pbkdf2-(sha1|sha256|sha512)\$(?:i=)?(\d{1,8})(?:,l=\d{1,3})?\$([A-Za-z0-9+/.]+)\$([A-Za-z0-9+/.]+)$/;

/** Never throws. */
export function parseLegacyHash(text: string): LegacyHash | { readonly fault: LegacyHashFault } {
  if (text.length > MAX.characters) return UNKNOWN;
  return readBcrypt(text) ?? readArgon2(text) ?? readScrypt(text) ?? readPbkdf2(text) ?? UNKNOWN;
}

type ParseResult = LegacyHash | { readonly fault: LegacyHashFault } | undefined;
const UNKNOWN = { fault: 'unknown' } as const;
const TOO_COSTLY = { fault: 'too_costly' } as const;

function readBcrypt(text: string): ParseResult {
  const cost = Number(BCRYPT.exec(text)?.[1]);
  if (!(cost >= 4)) return undefined;
  // `$2y$` is PHP's name for the same algorithm.
  return cost > MAX.bcryptCost ? TOO_COSTLY : { kind: 'bcrypt', text: `$2b$${text.slice(4)}` };
}

function readArgon2(text: string): ParseResult {
  const found = ARGON2.exec(text);
  if (!found) return undefined;
  const [memory, passes, lanes] = found.slice(1, 4).map(Number) as [number, number, number];
  if (!isPlausible(decodeBase64(found[4]), decodeBase64(found[5])) || passes < 1 || lanes < 1 || memory < 8 * lanes)
    return UNKNOWN;
  const costly = memory > MAX.argon2KiB || memory * passes > MAX.argon2Work || lanes > MAX.argon2Lanes;
  return costly ? TOO_COSTLY : { kind: 'argon2', text };
}

function readScrypt(text: string): ParseResult {
  const found = SCRYPT.exec(text);
  if (!found) return undefined;
  const [ln, r, p] = found.slice(1, 4).map(Number) as [number, number, number];
  const [salt, hash] = [decodeBase64(found[4]), decodeBase64(found[5])];
  if (!isPlausible(salt, hash) || ln < 1 || r < 1 || p < 1) return UNKNOWN;
  const N = 2 ** ln;
  const costly = N * r > MAX.scryptMemory || N * r * p > MAX.scryptWork;
  return costly ? TOO_COSTLY : { kind: 'scrypt', cost: { N, r, p }, salt, hash };
}

function readPbkdf2(text: string): ParseResult {
  const found = PBKDF2.exec(text);
  if (!found) return undefined;
  const [digest, iterations] = [found[1] as Digest, Number(found[2])];
  const [salt, hash] = [decodeBase64(found[3]), decodeBase64(found[4])];
  if (!isPlausible(salt, hash) || iterations < 1) return UNKNOWN;
  const blocks = Math.ceil(hash.length / DIGEST_BYTES[digest]);
  return blocks * iterations > MAX.pbkdf2[digest] ? TOO_COSTLY : { kind: 'pbkdf2', digest, iterations, salt, hash };
}

const decodeBase64 = (base64 = ''): Buffer => Buffer.from(base64.replaceAll('.', '+'), 'base64');

/** Rejects short digests, which could match by chance. */
const isPlausible = (salt: Buffer, hash: Buffer): boolean =>
  salt.length >= 8 && salt.length <= 64 && hash.length >= 16 && hash.length <= 64;
