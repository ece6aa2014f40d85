import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Secrets } from '#platform/config';

/** A private JWK as in `JWT_KEYS`. */
export async function generateJwtKey(kid: string, alg: 'EdDSA' | 'ES256' = 'EdDSA'): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg, use: 'sig' };
}

export const secretsWithJwtKeys = (...keys: JWK[]): Secrets => ({ jwtKeys: JSON.stringify({ keys }) }) as Secrets;
