import { createPrivateKey, type JsonWebKey } from 'node:crypto';
import type { SettingsReader } from './settings-reader.js';
import { SIGNING_ALGORITHMS } from './signing-key.js';

/** `JWT_KEYS`: a private JWK set (RFC 7517) whose keys all have `kid` and `alg`. Validated before anything starts. */
export function readJwtKeys(read: SettingsReader): string | undefined {
  const typed = read.text('JWT_KEYS');
  if (typed !== undefined && !isPrivateJwkSet(typed)) {
    read.addProblem('JWT_KEYS', 'must be a private JWK set as JSON, whose keys have kid and alg (EdDSA or ES256)');
  }
  return typed;
}

function isPrivateJwkSet(typed: string): boolean {
  try {
    const { keys } = JSON.parse(typed) as { keys?: unknown };
    return Array.isArray(keys) && keys.length > 0 && keys.every(isPrivateKey) && haveDistinctKids(keys);
  } catch {
    return false;
  }
}

const haveDistinctKids = (keys: readonly JsonWebKey[]): boolean =>
  new Set(keys.map((key) => key['kid'])).size === keys.length;

/** @throws Error when the key is damaged */
function isPrivateKey(key: JsonWebKey): boolean {
  const [kty, crv] = SIGNING_ALGORITHMS[String(key['alg'])] ?? [];
  if (kty === undefined || key.kty !== kty || key.crv !== crv || typeof key['kid'] !== 'string' || !key.d) return false;
  return createPrivateKey({ key, format: 'jwk' }).type === 'private';
}
