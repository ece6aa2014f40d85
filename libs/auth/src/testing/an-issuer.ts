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
import type { OAuthIssuer } from '#platform';

export const ISSUER: OAuthIssuer = {
  issuer: 'https://login.example/realms/shop',
  audience: 'https://api.example',
  jwksUri: undefined,
  algorithms: ['EdDSA', 'ES256', 'RS256', 'PS256'],
  rolesClaim: 'roles',
  roles: new Map([['shop-staff', 'staff']]),
};

const seconds = () => Math.floor(Date.now() / 1000);

/** What is different in a forgery; undefined leaves it out. */
export interface Forgery {
  readonly claims?: object;
  readonly header?: object;
  readonly key?: SigningKey;
}

export interface SigningKey {
  readonly key: CryptoKey | Uint8Array;
  readonly open: JWK;
}

/** With `kid` as an identity server publishes it. */
export async function aKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return {
    key: await importJWK(await exportJWK(privateKey), alg),
    open: { ...(await exportJWK(publicKey)), kid, alg },
  };
}

export const jwks = (...keys: SigningKey[]): JSONWebKeySet => ({ keys: keys.map(({ open }) => open) });

export const goodHeader = ({ open }: SigningKey) => ({ alg: open.alg, kid: open.kid, typ: 'at+jwt' });
export const goodClaims = () => ({
  iss: ISSUER.issuer,
  aud: ISSUER.audience,
  sub: 'mia-over-there',
  client_id: 'shop',
  jti: 'token',
  iat: seconds(),
  exp: seconds() + 600,
  roles: ['shop-staff', 'admin'],
});

/** A token as the identity server makes them, but for what is told. */
export async function foreignToken(
  signing: SigningKey,
  { claims = {}, header = {}, key = signing }: Forgery = {},
): Promise<string> {
  const payload = JSON.parse(JSON.stringify({ ...goodClaims(), ...claims }));
  const bare = JSON.parse(JSON.stringify({ ...goodHeader(signing), ...header })) as JWTHeaderParameters;
  return new SignJWT(payload).setProtectedHeader(bare).sign(key.key);
}
