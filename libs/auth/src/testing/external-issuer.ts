import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  type JWTHeaderParameters,
  SignJWT,
} from 'jose';
import type { OAuthIssuer } from '#platform/config';

export const EXTERNAL_ISSUER: OAuthIssuer = {
  issuer: 'https://login.example/realms/shop',
  audience: 'https://api.example',
  jwksUri: undefined,
  algorithms: ['EdDSA', 'ES256', 'RS256', 'PS256'],
  rolesClaim: 'roles',
  roles: new Map([['shop-staff', 'staff']]),
};

const seconds = () => Math.floor(Date.now() / 1000);

/** Overrides of claims, header and key; undefined removes a member. */
export interface TokenOverrides {
  readonly claims?: object;
  readonly header?: object;
  readonly key?: SigningKey;
}

export interface SigningKey {
  readonly key: CryptoKey | Uint8Array;
  readonly publicJwk: JWK;
}

/** The public key has `kid` and `alg`, as an identity server publishes it. */
export async function generateSigningKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return {
    key: await importJWK(await exportJWK(privateKey), alg),
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg },
  };
}

export const toJwks = (...keys: SigningKey[]): JSONWebKeySet => ({ keys: keys.map(({ publicJwk }) => publicJwk) });

export const validHeader = ({ publicJwk }: SigningKey) => ({ alg: publicJwk.alg, kid: publicJwk.kid, typ: 'at+jwt' });
export const validClaims = () => ({
  iss: EXTERNAL_ISSUER.issuer,
  aud: EXTERNAL_ISSUER.audience,
  sub: 'mia-over-there',
  client_id: 'shop',
  jti: 'token',
  iat: seconds(),
  exp: seconds() + 600,
  roles: ['shop-staff', 'admin'],
});

/** A valid token of the identity server, with overrides. */
export async function signExternalToken(
  signing: SigningKey,
  { claims = {}, header = {}, key = signing }: TokenOverrides = {},
): Promise<string> {
  const payload = JSON.parse(JSON.stringify({ ...validClaims(), ...claims }));
  const bare = JSON.parse(JSON.stringify({ ...validHeader(signing), ...header })) as JWTHeaderParameters;
  return new SignJWT(payload).setProtectedHeader(bare).sign(key.key);
}
