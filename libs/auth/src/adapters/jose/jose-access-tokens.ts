import { randomUUID } from 'node:crypto';
import { createLocalJWKSet, exportJWK, importJWK, type JWK, type JWTPayload, jwtVerify } from 'jose';
import { InvalidConfiguration, Secrets, Settings } from '#platform/config';
import { type AccessToken, AccessTokens, type TokenClaims } from '../../application/ports.js';
import type { SessionState } from '../../domain/session.js';
import type { Subject } from '../../domain/subject.js';
import { isCanonicalJws } from './compact-jws.js';
import { JwsSigner } from './jws-signer.js';

const ALGORITHMS = ['EdDSA', 'ES256'];
const TOKEN_TYPE = 'at+jwt';
const MAX_TOKEN_LENGTH = 4_096;
/** Verified tokens are cached until they expire: verifying a signature takes 60 µs, a lookup 1 µs. */
const MAX_CACHED_TOKENS = 10_000;

/** RFC 9068 access tokens, signed with the first key of `JWT_KEYS`, verified with any of them; algorithms are pinned. */
export class JoseAccessTokens extends AccessTokens {
  readonly #verifiedTokens = new Map<string, { readonly claims: TokenClaims; readonly expiresAt: number }>();

  private constructor(
    private readonly settings: Settings,
    private readonly signer: JwsSigner,
    private readonly keys: ReturnType<typeof createLocalJWKSet>,
  ) {
    super();
  }

  static async create(settings: Settings, secrets: Secrets): Promise<JoseAccessTokens> {
    try {
      const keys = (JSON.parse(secrets.jwtKeys) as { keys: JWK[] }).keys.map(withoutKeyOps);
      const [first] = keys;
      if (!first?.kid || !first.alg || !ALGORITHMS.includes(first.alg) || !first.d) throw new Error('no usable key');
      const published = createLocalJWKSet({ keys: await Promise.all(keys.map(toPublicJwk)) });
      return new JoseAccessTokens(settings, new JwsSigner(first, TOKEN_TYPE), published);
    } catch {
      throw new InvalidConfiguration([
        'JWT_KEYS must be a private JWK set whose keys have kid and alg (EdDSA or ES256)',
      ]);
    }
  }

  async issue(
    subject: Subject,
    { id: sid, scope }: Pick<SessionState, 'id' | 'scope'>,
    authenticatedAt: Date,
  ): Promise<AccessToken> {
    const { publicUrl, tokenAudience, accessTokenTtlSeconds } = this.settings;
    const { customerId, generation: gen, roles } = subject.snapshot();
    const iat = Math.floor(Date.now() / 1000);
    const token = this.signer.sign({
      iss: publicUrl,
      aud: tokenAudience,
      sub: customerId,
      client_id: 'foyer',
      jti: randomUUID(),
      sid,
      gen,
      iat,
      exp: iat + accessTokenTtlSeconds,
      auth_time: Math.floor(authenticatedAt.getTime() / 1000),
      scope,
      roles,
    });
    return { token, expiresInSeconds: accessTokenTtlSeconds, scope };
  }

  async verify(token: string): Promise<TokenClaims | undefined> {
    const known = this.#verifiedTokens.get(token);
    if (known && known.expiresAt > Date.now()) return known.claims;
    if (token.length > MAX_TOKEN_LENGTH || !isCanonicalJws(token)) return undefined;
    const { publicUrl: issuer, tokenAudience: audience } = this.settings;
    const required = ['sub', 'sid', 'gen', 'scope', 'jti', 'iat', 'exp', 'client_id'];
    const options = { issuer, audience, typ: TOKEN_TYPE, algorithms: ALGORITHMS, requiredClaims: required };
    const verified = await jwtVerify(token, this.keys, options).catch(() => undefined);
    if (!verified) return undefined;
    const claims = toClaims(verified.payload);
    this.#cacheVerified(token, claims, Number(verified.payload.exp) * 1000);
    return claims;
  }

  #cacheVerified(token: string, claims: TokenClaims, expiresAt: number): void {
    const [oldest] = this.#verifiedTokens.keys();
    if (this.#verifiedTokens.size >= MAX_CACHED_TOKENS && oldest !== undefined) this.#verifiedTokens.delete(oldest);
    this.#verifiedTokens.set(token, { claims, expiresAt });
  }
}

/** Drops `key_ops`: that of a private key would not allow its public part to verify. */
function withoutKeyOps({ key_ops: _operations, ext: _exportable, ...key }: JWK): JWK {
  return key;
}

async function toPublicJwk(key: JWK): Promise<JWK> {
  const { d, ...publicPart } = key;
  await importJWK({ ...publicPart, d });
  return { ...publicPart, ...(await exportJWK(await importJWK(publicPart))), kid: key.kid, alg: key.alg };
}

const toClaims = (payload: JWTPayload): TokenClaims => ({
  customerId: String(payload.sub),
  sessionId: String(payload['sid']),
  generation: Number(payload['gen']),
  roles: Array.isArray(payload['roles']) ? payload['roles'].map(String) : [],
  scopes: String(payload['scope'] ?? '').split(' '),
  authTime: typeof payload['auth_time'] === 'number' ? payload['auth_time'] : null,
});
