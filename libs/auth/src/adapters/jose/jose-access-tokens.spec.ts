import { createHmac } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, importJWK, type JWK, type JWTHeaderParameters, SignJWT } from 'jose';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { InvalidConfiguration, type Settings } from '#platform/config';
import { Subject } from '../../domain/subject.js';
import { aSubject } from '../../testing/a-subject.js';
import { generateJwtKey, secretsWithJwtKeys } from '../../testing/jwt-signing-keys.js';
import { JoseAccessTokens } from './jose-access-tokens.js';

const settings = {
  publicUrl: 'https://foyer.example',
  tokenAudience: 'https://api.example',
  accessTokenTtlSeconds: 900,
} as Settings;
const state = {
  customerId: '0199aaaa-0000-7000-8000-000000000001',
  roles: ['customer', 'staff'],
  generation: 3,
} as const;
const MIA = Subject.restore(aSubject(state));
const SESSION = { id: '0199aaaa-0000-4000-8000-000000000002', scope: 'customer' };
const SIGNED_IN = new Date('2026-11-20T15:06:20.999Z');
const AUTH_TIME = Date.parse('2026-11-20T15:06:20Z') / 1_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-/;

let ours: JWK;
let theirs: JWK;
let tokens: JoseAccessTokens;

beforeAll(async () => {
  [ours, theirs] = [await generateJwtKey('ours'), await generateJwtKey('theirs')];
  tokens = await JoseAccessTokens.create(settings, secretsWithJwtKeys(ours));
});
afterEach(() => vi.useRealTimers());

const seconds = () => Math.floor(Date.now() / 1000);
const goodClaims = () => ({
  iss: settings.publicUrl,
  aud: settings.tokenAudience,
  sub: state.customerId,
  client_id: 'foyer',
  sid: 'session',
  gen: 3,
  scope: 'customer',
  jti: 'token',
  iat: seconds(),
  exp: seconds() + 900,
  roles: ['customer'],
});
const goodHeader = () => ({ alg: 'EdDSA', kid: 'ours', typ: 'at+jwt' });

interface Forgery {
  readonly claims?: object;
  readonly header?: object;
  readonly key?: JWK;
}
async function forged({ claims = {}, header = {}, key = ours }: Forgery): Promise<string> {
  const payload = JSON.parse(JSON.stringify({ ...goodClaims(), ...claims }));
  const protectedHeader = JSON.parse(JSON.stringify({ ...goodHeader(), ...header })) as JWTHeaderParameters;
  return new SignJWT(payload).setProtectedHeader(protectedHeader).sign(await importJWK(key, key.alg));
}
/** Whether the last character of the part has unused bits. */
const hasUnusedBits = (part: string) => part.length % 4 > 1;

/** A good token whose part has unused bits: a longer key id makes the header longer, and a longer claim the payload. */
async function withUnusedBits(at: number): Promise<{ readonly token: string; readonly verifier: JoseAccessTokens }> {
  for (const more of ['', 'x', 'xx']) {
    const key = { ...ours, kid: `ours${more}` };
    const token = await forged({ key, header: { kid: key.kid }, claims: { client_id: `foyer${more}` } });
    if (hasUnusedBits(token.split('.')[at] ?? ''))
      return { token, verifier: await JoseAccessTokens.create(settings, secretsWithJwtKeys(key)) };
  }
  throw new Error('no length leaves unused bits');
}

/** The next character of the alphabet differs in the last bit only, which decoders ignore. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const withUnusedBitSet = (part: string): string =>
  part.slice(0, -1) + ALPHABET[ALPHABET.indexOf(part.at(-1) ?? '') + 1];

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** Built by hand, because a library would refuse. */
const unsigned = (header: object, signature = '') => `${encoded(header)}.${encoded(goodClaims())}.${signature}`;

describe('JoseAccessTokens', () => {
  it('issues an RFC 9068 token with the documented claims', async () => {
    const { token, expiresInSeconds, scope } = await tokens.issue(MIA, SESSION, SIGNED_IN);
    expect([expiresInSeconds, scope]).toEqual([900, 'customer']);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'EdDSA', kid: 'ours', typ: 'at+jwt' });
    const claims = decodeJwt(token);
    expect(claims).toEqual({
      iss: 'https://foyer.example',
      aud: 'https://api.example',
      sub: state.customerId,
      client_id: 'foyer',
      jti: expect.stringMatching(UUID),
      sid: expect.stringMatching(UUID),
      gen: 3,
      iat: expect.any(Number),
      exp: (claims.iat ?? 0) + 900,
      auth_time: AUTH_TIME,
      scope: 'customer',
      roles: ['customer', 'staff'],
    });
  });

  it('verifies a token it issued', async () => {
    const { token } = await tokens.issue(MIA, SESSION, SIGNED_IN);
    expect(await tokens.verify(token)).toEqual({
      customerId: state.customerId,
      sessionId: SESSION.id,
      generation: 3,
      scopes: ['customer'],
      roles: ['customer', 'staff'],
      authTime: AUTH_TIME,
    });
  });

  it.each([undefined, null, '1763651180', {}])(
    'returns a null authTime for an auth_time of %j [AC-70]',
    async (value) => {
      expect((await tokens.verify(await forged({ claims: { auth_time: value } })))?.authTime).toBeNull();
    },
  );

  it('gives each token a unique jti', async () => {
    const issued = await Promise.all(Array.from({ length: 20 }, () => tokens.issue(MIA, SESSION, SIGNED_IN)));
    const ids = issued.map(({ token }) => decodeJwt(token).jti);
    expect(new Set(ids).size).toBe(20);
  });

  it('signs with ES256', async () => {
    const es256 = await JoseAccessTokens.create(settings, secretsWithJwtKeys(await generateJwtKey('p256', 'ES256')));
    const { token } = await es256.issue(MIA, SESSION, SIGNED_IN);
    expect(decodeProtectedHeader(token).alg).toBe('ES256');
    expect(await es256.verify(token)).toBeDefined();
  });

  it('accepts a token after a key rotation until its key is removed', async () => {
    const { token } = await tokens.issue(MIA, SESSION, SIGNED_IN);
    const rotated = await JoseAccessTokens.create(settings, secretsWithJwtKeys(theirs, ours));
    expect(decodeProtectedHeader((await rotated.issue(MIA, SESSION, SIGNED_IN)).token).kid).toBe('theirs');
    expect(await rotated.verify(token)).toBeDefined();
    expect(await (await JoseAccessTokens.create(settings, secretsWithJwtKeys(theirs))).verify(token)).toBeUndefined();
  });

  it('rejects a token from the second it expires', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { token } = await tokens.issue(MIA, SESSION, SIGNED_IN);
    vi.setSystemTime(Date.now() + 899_000);
    expect(await tokens.verify(token)).toBeDefined();
    vi.setSystemTime(Date.now() + 1_000);
    expect(await tokens.verify(token)).toBeUndefined();
  });
});

describe('JoseAccessTokens rejects [AC-45]', () => {
  it('nothing when the test token is valid, which proves that the helper works', async () => {
    expect(await tokens.verify(await forged({}))).toEqual({
      customerId: state.customerId,
      sessionId: 'session',
      generation: 3,
      scopes: ['customer'],
      roles: ['customer'],
      authTime: null,
    });
  });

  it.each<[string, Forgery]>([
    ['another issuer', { claims: { iss: 'https://evil.example' } }],
    ['an issuer with a slash', { claims: { iss: 'https://foyer.example/' } }],
    ['another audience', { claims: { aud: 'https://evil.example' } }],
    ['no audience', { claims: { aud: [] } }],
    ['another type', { header: { typ: 'JWT' } }],
    ['an id token', { header: { typ: 'id+jwt' } }],
    ['no type', { header: { typ: undefined } }],
    ['an unknown key id', { header: { kid: 'gone' } }],
    ['a key id that is a path', { header: { kid: '../../dev/null' } }],
    ['a key id that is SQL', { header: { kid: "' or 1=1 --" } }],
    ['an unknown critical extension', { header: { crit: ['x'], x: 1 } }],
  ])('%s', async (_, forgery) => {
    const token = await forged(forgery).catch(() => unsigned({ ...goodHeader(), ...forgery.header }, 'AAAA'));
    expect(await tokens.verify(token)).toBeUndefined();
  });

  it('another key under a known key id, even when the token includes it', async () => {
    const { d: _d, ...open } = theirs;
    for (const header of [{}, { jwk: open }, { jku: 'https://evil.example/jwks' }, { x5u: 'https://evil.example/x' }])
      expect(await tokens.verify(await forged({ key: theirs, header }))).toBeUndefined();
  });

  it.each(['sub', 'sid', 'jti', 'iat', 'exp', 'client_id', 'iss', 'aud'])('no %s', async (claim) => {
    expect(await tokens.verify(await forged({ claims: { [claim]: undefined } }))).toBeUndefined();
  });

  it('a token that expired a second ago or is not yet valid', async () => {
    expect(await tokens.verify(await forged({ claims: { exp: seconds() - 1 } }))).toBeUndefined();
    expect(await tokens.verify(await forged({ claims: { nbf: seconds() + 60 } }))).toBeUndefined();
  });

  it.each(['none', 'None', 'NONE', 'nOnE', '', 'HS256', 'RS256', 'eddsa'])(
    'alg %j without a signature',
    async (alg) => {
      for (const signature of ['', 'AAAA'])
        expect(await tokens.verify(unsigned({ ...goodHeader(), alg }, signature))).toBeUndefined();
    },
  );

  it('no alg at all', async () => {
    expect(await tokens.verify(unsigned({ kid: 'ours', typ: 'at+jwt' }, 'AAAA'))).toBeUndefined();
  });

  it('HS256 keyed with our public key', async () => {
    const { d: _d, ...open } = ours;
    const start = unsigned({ ...goodHeader(), alg: 'HS256' }).slice(0, -1);
    for (const secret of [JSON.stringify(open), String(open.x), Buffer.from(String(open.x), 'base64url'), ''])
      expect(
        await tokens.verify(`${start}.${createHmac('sha256', secret).update(start).digest('base64url')}`),
      ).toBeUndefined();
  });

  it('a changed payload, a changed header, a changed signature', async () => {
    const [header = '', payload = '', signature = ''] = (await tokens.issue(MIA, SESSION, SIGNED_IN)).token.split('.');
    const admin = encoded({ ...goodClaims(), roles: ['admin'] });
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
    for (const parts of [
      [header, admin, signature],
      [encoded({ ...goodHeader(), x: 1 }), payload, signature],
      [header, payload, flipped],
      [header, payload, ''],
    ])
      expect(await tokens.verify(parts.join('.'))).toBeUndefined();
  });

  it.each(['', '.', '..', '...', 'a.b.c', 'a.b.c.d.e', 'null', '{}', ' ', '\0', 'ü.ü.ü'])('%j', async (token) => {
    expect(await tokens.verify(token)).toBeUndefined();
  });

  it.each([0, 1, 2])('part %i of a good token with one of its unused bits set [AC-87]', async (at) => {
    const { token, verifier } = await withUnusedBits(at);
    expect(await verifier.verify(token)).toBeDefined();
    const spoilt = token.split('.').map((part, n) => (n === at ? withUnusedBitSet(part) : part));
    expect(spoilt.join('.')).not.toBe(token);
    expect(spoilt.map((part) => Buffer.from(part, 'base64url'))).toEqual(
      token.split('.').map((part) => Buffer.from(part, 'base64url')),
    );
    expect(await verifier.verify(spoilt.join('.'))).toBeUndefined();
  });

  it('a part that is padded, or in the other alphabet [AC-87]', async () => {
    const { token, verifier } = await withUnusedBits(2);
    const [header = '', payload = '', signature = ''] = token.split('.');
    for (const other of [
      `${signature}=`,
      `${signature}==`,
      `${signature.slice(0, 40)}+${signature.slice(41)}`,
      `${signature}A`,
    ])
      expect(await verifier.verify(`${header}.${payload}.${other}`)).toBeUndefined();
  });

  it('a token of one megabyte within 100 ms', async () => {
    const start = performance.now();
    expect(await tokens.verify(`${'a'.repeat(500_000)}.${'b'.repeat(500_000)}.c`)).toBeUndefined();
    expect(await tokens.verify(await forged({ claims: { more: 'x'.repeat(5_000) } }))).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(100);
  });
});

describe('JWT_KEYS [AC-53]', () => {
  const refusal = (jwks: string) =>
    JoseAccessTokens.create(settings, { ...secretsWithJwtKeys(), jwtKeys: jwks }).then(
      () => 'accepted',
      (error: unknown) => error,
    );

  it.each<[string, () => string]>([
    ['no JSON', () => 'secret-not-json'],
    ['no set', () => JSON.stringify(ours)],
    ['an empty set', () => '{"keys":[]}'],
    ['no key id', () => JSON.stringify({ keys: [{ ...ours, kid: undefined }] })],
    ['no algorithm', () => JSON.stringify({ keys: [{ ...ours, alg: undefined }] })],
    ['an algorithm that is not pinned', () => JSON.stringify({ keys: [{ ...ours, alg: 'RS256' }] })],
    ['a public key first', () => JSON.stringify({ keys: [{ ...ours, d: undefined }] })],
    ['a symmetric key', () => '{"keys":[{"kty":"oct","k":"secret","kid":"1","alg":"HS256"}]}'],
    ['a second key that cannot be read', () => JSON.stringify({ keys: [ours, { ...theirs, x: 'secret' }] })],
  ])('fails the start with %s without logging the value', async (_, jwks) => {
    const error = await refusal(jwks());
    expect(error).toBeInstanceOf(InvalidConfiguration);
    expect(String(error)).toContain('JWT_KEYS');
    expect(String(error)).not.toMatch(new RegExp(`secret|${ours.d}`));
  });

  it('accepts keys as WebCrypto exports them', async () => {
    const key = { ...ours, key_ops: ['sign'], ext: true };
    const exported = await JoseAccessTokens.create(settings, secretsWithJwtKeys(key)).catch(String);
    expect(exported).toBeInstanceOf(JoseAccessTokens);
  });
});
