import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { JWK } from 'jose';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Unavailable } from '#kernel';
import {
  EXTERNAL_ISSUER,
  generateSigningKey,
  type SigningKey,
  signExternalToken,
  type TokenOverrides,
  toJwks,
  validClaims,
  validHeader,
} from '../../testing/external-issuer.js';
import { JoseExternalTokens } from './jose-external-tokens.js';

const OTHER = {
  ...EXTERNAL_ISSUER,
  issuer: 'https://other.example',
  audience: 'https://other-api.example',
  roles: new Map(),
};
const seconds = () => Math.floor(Date.now() / 1000);
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const log = { warn: () => undefined };

let theirs: SigningKey;
let others: SigningKey;
let evil: SigningKey;
let tokens: JoseExternalTokens;

const sets = () =>
  new Map([
    [EXTERNAL_ISSUER.issuer, toJwks(theirs)],
    [OTHER.issuer, toJwks(others)],
  ]);
const open = (issuers = [EXTERNAL_ISSUER, OTHER]) =>
  new JoseExternalTokens(issuers, log, async ({ issuer }) => sets().get(issuer) ?? { keys: [] });

beforeAll(async () => {
  [theirs, others, evil] = [
    await generateSigningKey('theirs'),
    await generateSigningKey('others'),
    await generateSigningKey('theirs'),
  ];
});
beforeEach(() => {
  tokens = open();
});
const verified = async (forgery: TokenOverrides = {}) => tokens.verify(await signExternalToken(theirs, forgery));
/** Built by hand, because a library would refuse. */
const unsigned = (header: object, signature = '') => `${encoded(header)}.${encoded(validClaims())}.${signature}`;

describe('JoseExternalTokens', () => {
  it('returns issuer, subject and mapped roles', async () => {
    const claims = { issuer: EXTERNAL_ISSUER.issuer, subject: 'mia-over-there', roles: ['staff'], authTime: null };
    expect(await verified()).toEqual(claims);
  });

  it('returns auth_time unless it is later than iat [AC-70]', async () => {
    const iat = seconds() - 60;
    const authTime = async (value: unknown) => (await verified({ claims: { iat, auth_time: value } }))?.authTime;
    for (const earlier of [iat, iat - 1, 0]) expect(await authTime(earlier)).toBe(earlier);
    for (const other of [iat + 1, String(iat), null, [iat], undefined]) expect(await authTime(other)).toBeNull();
  });

  it.each(['EdDSA', 'ES256', 'RS256', 'PS256'])('accepts a signature with %s', async (alg) => {
    theirs = await generateSigningKey('theirs', alg);
    tokens = open();
    expect(await verified()).toBeDefined();
    theirs = await generateSigningKey('theirs');
  });

  it('accepts several audiences, and an nbf within the clock tolerance', async () => {
    expect(await verified({ claims: { aud: ['https://x.example', EXTERNAL_ISSUER.audience] } })).toBeDefined();
    expect(await verified({ claims: { nbf: seconds() + 3, iat: seconds() + 3 } })).toBeDefined();
  });

  it.each<[string, TokenOverrides]>([
    ['application/at+jwt', { header: { typ: 'application/at+jwt' } }],
    ['AT+JWT', { header: { typ: 'AT+JWT' } }],
    ['at+jwt that names no client', { claims: { client_id: undefined } }],
    ['JWT with a client', { header: { typ: 'JWT' } }],
    ['JWT with a scope', { header: { typ: 'JWT' }, claims: { client_id: undefined, scope: 'openid' } }],
    [
      'JWT with scp, as Entra and Okta have it',
      { header: { typ: 'JWT' }, claims: { client_id: undefined, scp: ['a'] } },
    ],
    ['no type, with a client', { header: { typ: undefined } }],
    ['Keycloak’s own word', { header: { typ: 'JWT' }, claims: { typ: 'Bearer', azp: 'shop', scope: 'email' } }],
    ['Cognito’s own word', { header: { typ: undefined }, claims: { token_use: 'access' } }],
  ])('accepts the type %s', async (_, forgery) => {
    expect(await verified(forgery)).toBeDefined();
  });

  it.each<[string, object, object, readonly string[]]>([
    ['a list', {}, { roles: ['shop-staff', 7, null, 'shop-staff'] }, ['staff']],
    ['words', {}, { roles: 'x shop-staff' }, ['staff']],
    [
      'another claim',
      { rolesClaim: 'https://login.example/roles' },
      { 'https://login.example/roles': ['shop-staff'] },
      ['staff'],
    ],
    ['deeper', { rolesClaim: '/realm_access/a~1b' }, { realm_access: { 'a/b': ['shop-staff'] } }, ['staff']],
    ['something else', {}, { roles: { 'shop-staff': true } }, []],
    ['nothing', {}, { roles: undefined }, []],
    ['unmapped roles of this service', {}, { roles: ['admin', 'staff', 'customer', '__proto__', 'constructor'] }, []],
  ])('returns only mapped roles: %s [AC-57]', async (_, setting, claims, roles) => {
    tokens = open([{ ...EXTERNAL_ISSUER, ...setting }]);
    expect((await verified({ claims }))?.roles).toEqual(roles);
  });

  it('caches a verified token for at most five minutes', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const token = await signExternalToken(theirs, { claims: { exp: seconds() + 3_600 } });
      expect(await tokens.verify(token)).toBeDefined();
      theirs = { ...theirs, publicJwk: { ...theirs.publicJwk, kid: 'renamed' } };
      const verify = vi.spyOn(crypto.subtle, 'verify');
      vi.setSystemTime(Date.now() + 299_000);
      expect(await tokens.verify(token)).toBeDefined();
      expect(verify).not.toHaveBeenCalled();
      vi.setSystemTime(Date.now() + 2_000);
      expect(await tokens.verify(token)).toBeDefined();
      expect(verify).toHaveBeenCalledTimes(1);
    } finally {
      vi.useRealTimers();
      vi.restoreAllMocks();
      theirs = { ...theirs, publicJwk: { ...theirs.publicJwk, kid: 'theirs' } };
    }
  });

  it('rejects a token from the second it expires, cached or not', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const token = await signExternalToken(theirs, { claims: { exp: seconds() + 60 } });
    vi.setSystemTime(Date.now() + 59_000);
    expect(await tokens.verify(token)).toBeDefined();
    vi.setSystemTime(Date.now() + 1_000);
    expect(await tokens.verify(token)).toBeUndefined();
    vi.useRealTimers();
  });
});

describe('JoseExternalTokens rejects [AC-45] [AC-57]', () => {
  it.each<[string, TokenOverrides]>([
    ['an issuer that is not configured', { claims: { iss: 'https://evil.example' } }],
    ['an issuer with a slash', { claims: { iss: `${EXTERNAL_ISSUER.issuer}/` } }],
    ['an issuer in capitals', { claims: { iss: EXTERNAL_ISSUER.issuer.toUpperCase() } }],
    ['a list of issuers', { claims: { iss: [EXTERNAL_ISSUER.issuer] } }],
    ['no issuer', { claims: { iss: undefined } }],
    ['an issuer that every map inherits', { claims: { iss: '__proto__' } }],
    ['another audience', { claims: { aud: 'https://evil.example' } }],
    ['the audience of another trusted issuer', { claims: { aud: OTHER.audience } }],
    ['no audience', { claims: { aud: undefined } }],
    ['an audience that only begins alike', { claims: { aud: `${EXTERNAL_ISSUER.audience}.evil.example` } }],
    ['no subject', { claims: { sub: undefined } }],
    ['an empty subject', { claims: { sub: '' } }],
    ['a subject that is no text', { claims: { sub: { toString: 1 } } }],
    ['a subject that is a number', { claims: { sub: 7 } }],
    ['a subject with a NUL', { claims: { sub: 'mia\0' } }],
    ['a subject with an invisible letter', { claims: { sub: 'mia\u200b' } }],
    ['a subject of 256 characters', { claims: { sub: 'x'.repeat(256) } }],
    ['no end', { claims: { exp: undefined } }],
    ['no beginning', { claims: { iat: undefined } }],
    ['one that expired a second ago', { claims: { exp: seconds() - 1 } }],
    ['one that expires now', { claims: { exp: seconds() } }],
    ['one that is not good yet', { claims: { nbf: seconds() + 60 } }],
    ['one that was issued in the future [AC-87]', { claims: { iat: seconds() + 60 } }],
    ['one whose iat is no number [AC-87]', { claims: { iat: '1' } }],
    ['an ID token, by its nonce', { header: { typ: 'JWT' }, claims: { nonce: 'n' } }],
    ['an ID token, by its at_hash', { header: { typ: 'JWT' }, claims: { at_hash: 'h' } }],
    ['an ID token that says no more than it must', { header: { typ: 'JWT' }, claims: { client_id: undefined } }],
    ['an ID token without a type', { header: { typ: undefined }, claims: { client_id: undefined, azp: 'shop' } }],
    ['an ID token that calls itself an access token', { claims: { nonce: 'n' } }],
    ['an ID token of Keycloak', { header: { typ: 'JWT' }, claims: { typ: 'ID' } }],
    ['a refresh token of Keycloak', { header: { typ: 'JWT' }, claims: { typ: 'Refresh' } }],
    ['an ID token of Cognito', { header: { typ: undefined }, claims: { token_use: 'id' } }],
    ['a logout token', { header: { typ: 'JWT' }, claims: { events: {} } }],
    ['the type of a logout token', { header: { typ: 'logout+jwt' } }],
    ['the type of a proof', { header: { typ: 'dpop+jwt' } }],
    ['a type that is no text', { header: { typ: 7 } }],
    ['one that is bound to a key', { claims: { cnf: { jkt: 'x' } } }],
    ['an unknown key id', { header: { kid: 'gone' } }],
    ['no key id', { header: { kid: undefined } }],
    ['a key id that is a path', { header: { kid: '../../dev/null' } }],
    ['a key id that is SQL', { header: { kid: "' or 1=1 --" } }],
  ])('%s', async (_, forgery) => {
    expect(await verified(forgery)).toBeUndefined();
  });

  it('the algorithm of a key that is not pinned for its issuer', async () => {
    const rs384 = await generateSigningKey('theirs', 'RS384');
    const trusting = (algorithms: readonly string[]) =>
      new JoseExternalTokens([{ ...EXTERNAL_ISSUER, algorithms }], log, async () => toJwks(rs384));
    const token = await signExternalToken(rs384);
    expect(await trusting(['ES256', 'RS256']).verify(token)).toBeUndefined();
    expect(await trusting(['RS384']).verify(token)).toBeDefined();
  });

  it('another key under a known key id, even when the token includes it', async () => {
    for (const header of [
      {},
      { jwk: evil.publicJwk },
      { jku: 'https://evil.example/jwks' },
      { x5u: 'https://evil.example/x' },
      { x5c: ['MII'] },
    ])
      expect(await verified({ key: evil, header })).toBeUndefined();
  });

  it('a key of one trusted issuer under the name of another', async () => {
    const claims = { iss: OTHER.issuer, aud: OTHER.audience };
    expect(await tokens.verify(await signExternalToken(others, { claims }))).toMatchObject({
      issuer: OTHER.issuer,
      roles: [],
    });
    expect(await verified({ claims })).toBeUndefined();
    expect(await tokens.verify(await signExternalToken(others))).toBeUndefined();
    expect(await verified({ key: others, header: { kid: 'others' } })).toBeUndefined();
  });

  it.each(['none', 'None', 'NONE', 'nOnE', '', 'HS256', 'RS256', 'es256'])(
    'alg %j without a signature',
    async (alg) => {
      for (const signature of ['', 'AAAA'])
        expect(await tokens.verify(unsigned({ ...validHeader(theirs), alg }, signature))).toBeUndefined();
    },
  );

  it('HS256 keyed with their public key', async () => {
    const start = unsigned({ ...validHeader(theirs), alg: 'HS256' }).slice(0, -1);
    for (const secret of [JSON.stringify(theirs.publicJwk), String(theirs.publicJwk.x), ''])
      expect(
        await tokens.verify(`${start}.${createHmac('sha256', secret).update(start).digest('base64url')}`),
      ).toBeUndefined();
  });

  it('a symmetric key that the key set publishes', async () => {
    const k = Buffer.from('a secret of thirty-two characters').toString('base64url');
    tokens = new JoseExternalTokens([EXTERNAL_ISSUER], log, async () => ({
      keys: [{ kty: 'oct', k, kid: 'theirs', alg: 'HS256' }],
    }));
    const start = unsigned({ ...validHeader(theirs), alg: 'HS256' }).slice(0, -1);
    const mac = createHmac('sha256', Buffer.from(k, 'base64url')).update(start).digest('base64url');
    expect(await tokens.verify(`${start}.${mac}`)).toBeUndefined();
  });

  it('an RSA key of 1024 bits', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const weak = { ...publicKey.export({ format: 'jwk' }), kid: 'theirs', alg: 'RS256' };
    tokens = new JoseExternalTokens([EXTERNAL_ISSUER], log, async () => ({ keys: [weak as JWK] }));
    const start = `${encoded({ ...validHeader(theirs), alg: 'RS256' })}.${encoded(validClaims())}`;
    const signature = sign('sha256', Buffer.from(start), privateKey).toString('base64url');
    expect(await tokens.verify(`${start}.${signature}`)).toBeUndefined();
  });

  it('a key that is for encryption, is damaged, or is of another kind', async () => {
    for (const broken of [
      { ...theirs.publicJwk, use: 'enc' },
      { ...theirs.publicJwk, x: 'AAAA' },
      { ...theirs.publicJwk, kty: 'oct' },
    ]) {
      tokens = new JoseExternalTokens([EXTERNAL_ISSUER], log, async () => ({ keys: [broken] }));
      expect(await verified()).toBeUndefined();
    }
  });

  it('a changed payload, a changed header, a changed signature, a header with a member twice', async () => {
    const [header = '', payload = '', signature = ''] = (await signExternalToken(theirs)).split('.');
    const twice = Buffer.from('{"alg":"none","alg":"ES256","kid":"theirs","typ":"at+jwt"}').toString('base64url');
    for (const parts of [
      [header, encoded({ ...validClaims(), sub: 'somebody-else' }), signature],
      [encoded({ ...validHeader(theirs), x: 1 }), payload, signature],
      [header, payload, (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)],
      [header, payload, ''],
      [twice, payload, signature],
    ])
      expect(await tokens.verify(parts.join('.'))).toBeUndefined();
  });

  it.each(['ES256', 'EdDSA', 'RS256'])('a signature of %s with one of its unused bits set [AC-87]', async (alg) => {
    const key = await generateSigningKey('theirs', alg);
    tokens = new JoseExternalTokens([EXTERNAL_ISSUER], log, async () => toJwks(key));
    const token = await signExternalToken(key);
    const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(token.at(-1) ?? '');
    const next = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'[last + 1] ?? '';
    const spoilt = token.slice(0, -1) + next;
    const bytes = (jws: string) => Buffer.from(jws.split('.')[2] ?? '', 'base64url');
    expect([bytes(spoilt), await tokens.verify(token)]).toEqual([bytes(token), expect.anything()]);
    expect(await tokens.verify(spoilt)).toBeUndefined();
  });

  it.each(['', '.', '..', 'a.b.c', 'a.b.c.d.e', 'null', `${'a'.repeat(500_000)}.b.c`])('%j', async (token) => {
    expect(await tokens.verify(token)).toBeUndefined();
  });

  it('every token when no issuer is configured', async () => {
    tokens = new JoseExternalTokens([], log, async () => toJwks(theirs));
    expect(await verified()).toBeUndefined();
  });
});

describe('JoseExternalTokens with an unavailable issuer', () => {
  it('throws Unavailable and logs the reason when no keys are cached', async () => {
    const lines: object[] = [];
    const failingFetch = () => Promise.reject(new Error('gone'));
    tokens = new JoseExternalTokens([EXTERNAL_ISSUER], { warn: (fields) => lines.push(fields) }, failingFetch);
    await expect(verified()).rejects.toBeInstanceOf(Unavailable);
    expect(lines).toEqual([{ issuer: EXTERNAL_ISSUER.issuer, reason: 'gone' }]);
  });

  it('still verifies tokens of another issuer', async () => {
    tokens = new JoseExternalTokens([EXTERNAL_ISSUER, OTHER], log, async ({ issuer }) =>
      issuer === EXTERNAL_ISSUER.issuer ? toJwks(theirs) : Promise.reject(new Error('gone')),
    );
    expect(await verified()).toBeDefined();
    expect(await verified({ claims: { iss: 'https://evil.example' } })).toBeUndefined();
  });
});
