import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/http-message.js';
import {
  type ActiveCustomer,
  createActiveCustomer,
  decodeClaims,
  listSessions,
  SIGN_IN_SETTINGS,
  signInForTokens,
  type TokenResponse,
} from '../support/session-requests.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';

type Members = Readonly<Record<string, unknown>>;

const base64urlOf = (text: string): string => Buffer.from(text).toString('base64url');
const now = (): number => Math.floor(Date.now() / 1000);

let deployment: TestDeployment;
let url: string;
let mia: ActiveCustomer;
let tokens: TokenResponse;
let ours: KeyObject;
let kid: string;
let good: Members;
const foreignKey = generateKeyPairSync('ed25519').privateKey;

beforeAll(async () => {
  deployment = await startDeployment({ roles: ['all'], env: SIGN_IN_SETTINGS });
  [url = ''] = deployment.urls;
  mia = await createActiveCustomer(deployment);
  tokens = await signInForTokens(url, mia);
  const jwk = JSON.parse(deployment.env['JWT_KEYS'] ?? '').keys[0];
  ours = createPrivateKey({ key: jwk, format: 'jwk' });
  kid = jwk.kid;
  good = decodeClaims(tokens.access_token);
});
afterAll(() => deployment?.close());

interface Forgery {
  readonly header?: Members | string;
  readonly claims?: Members | string;
  /** Null: no signature. */
  readonly signWith?: KeyObject | 'public key as a secret' | 'empty secret' | null;
}

/** A token of ours but for what is said; members that are undefined are left out. */
function token({ header = {}, claims = {}, signWith = ours }: Forgery = {}): string {
  const head = typeof header === 'string' ? header : JSON.stringify({ alg: 'EdDSA', kid, typ: 'at+jwt', ...header });
  const body = typeof claims === 'string' ? claims : JSON.stringify({ ...good, ...claims });
  const signed = `${base64urlOf(head)}.${base64urlOf(body)}`;
  return `${signed}.${signatureOf(signed, signWith)}`;
}

function signatureOf(text: string, key: Forgery['signWith']): string {
  if (key === null) return '';
  if (key === 'empty secret') return createHmac('sha256', '').update(text).digest('base64url');
  if (key === 'public key as a secret') {
    const pem = createPublicKey(ours).export({ type: 'spki', format: 'pem' });
    return createHmac('sha256', pem).update(text).digest('base64url');
  }
  return sign(null, Buffer.from(text), key as KeyObject).toString('base64url');
}

const embedded = () => createPublicKey(foreignKey).export({ format: 'jwk' });
const twice = (member: string) => JSON.stringify({ alg: 'EdDSA', kid, typ: 'at+jwt' }).replace('{', `{${member},`);

const FORGERIES: Readonly<Record<string, () => string>> = {
  'no algorithm': () => token({ header: { alg: 'none' }, signWith: null }),
  'no algorithm, in capitals': () => token({ header: { alg: 'NONE' }, signWith: null }),
  'no algorithm, mixed': () => token({ header: { alg: 'nOnE' }, signWith: null }),
  'no algorithm, and a signature': () => token({ header: { alg: 'none' } }),
  'an empty algorithm': () => token({ header: { alg: '' }, signWith: null }),
  'an algorithm left out': () => token({ header: { alg: undefined } }),
  'HS256 with our public key': () => token({ header: { alg: 'HS256' }, signWith: 'public key as a secret' }),
  'HS256 with an empty key': () => token({ header: { alg: 'HS256' }, signWith: 'empty secret' }),
  'the name of another algorithm': () => token({ header: { alg: 'ES256' } }),
  'an algorithm that is a list': () => token({ header: { alg: ['EdDSA'] } }),
  'an empty signature': () => token({ signWith: null }),
  'a key of their own under our name': () => token({ signWith: foreignKey }),
  'a key of their own, brought along': () => token({ header: { jwk: embedded() }, signWith: foreignKey }),
  'an address of keys': () => token({ header: { jku: 'http://127.0.0.1:1/jwks.json' }, signWith: foreignKey }),
  'an address of a certificate': () => token({ header: { x5u: 'http://127.0.0.1:1/cert' }, signWith: foreignKey }),
  'a key id that is a path': () => token({ header: { kid: '../../../dev/null' }, signWith: foreignKey }),
  'a key id that is SQL': () => token({ header: { kid: "x' union select '1'--" }, signWith: foreignKey }),
  'an unknown critical header': () => token({ header: { crit: ['exp2'], exp2: 1 } }),
  'another type': () => token({ header: { typ: 'JWT' } }),
  'no type': () => token({ header: { typ: undefined } }),
  'an id token': () => token({ header: { typ: 'JWT' }, claims: { nonce: 'x' } }),
  'another issuer': () => token({ claims: { iss: 'https://evil.example.org' } }),
  'another audience': () => token({ claims: { aud: 'https://evil.example.org' } }),
  'no audience': () => token({ claims: { aud: undefined } }),
  'its time over by a second': () => token({ claims: { exp: now() - 1 } }),
  'no end': () => token({ claims: { exp: undefined } }),
  'an end that is no number': () => token({ claims: { exp: '9999999999' } }),
  'a beginning to come': () => token({ claims: { nbf: now() + 60 } }),
  'no session': () => token({ claims: { sid: undefined } }),
  'no generation': () => token({ claims: { gen: undefined } }),
  'no subject': () => token({ claims: { sub: undefined } }),
  'a header member twice': () => token({ header: twice('"alg":"none"'), signWith: foreignKey }),
  'claims that are a list': () => token({ claims: '[]' }),
  'claims that are no JSON': () => token({ claims: '{' }),
  'a refresh token': () => tokens.refresh_token,
  'a refresh token in its clothes': () => `e30.${tokens.refresh_token}.AA`,
  'the claims of another under a signature of ours': () => {
    const [head, , signature] = tokens.access_token.split('.');
    return `${head}.${base64urlOf(JSON.stringify({ ...good, roles: ['admin'] }))}.${signature}`;
  },
  'more dots': () => `${tokens.access_token}.x`,
  padding: () => `${tokens.access_token}=`,
};

describe('AC-45 a token that we have not made', () => {
  it('would be taken if it were as ours are', async () => {
    expect((await listSessions(url, token())).status).toBe(200);
    expect((await listSessions(url, tokens.access_token)).status).toBe(200);
  });

  it.each(Object.keys(FORGERIES))('with %s is refused', async (name) => {
    const { status, headers, json } = await send<{ code: string }>(`${url}/v1/auth/sessions`, 'GET', {
      bearer: FORGERIES[name]?.() ?? '',
    });
    expect([status, json.code]).toEqual([401, 'auth.invalid_credentials']);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="foyer", error="invalid_token"');
  });

  it('of a megabyte is refused, and the connection lives or is closed, but nothing falls', async () => {
    const long = token({ claims: { more: 'x'.repeat(1_000_000) } });
    const reply = await send(`${url}/v1/auth/sessions`, 'GET', { bearer: long }).catch(() => undefined);
    expect([401, 431, undefined]).toContain(reply?.status);
    const large = token({ claims: { more: 'x'.repeat(8_000) } });
    expect((await listSessions(url, large)).status).toBe(401);
    expect((await listSessions(url, tokens.access_token)).status).toBe(200);
  });

  it('is not taken from the address, the body, a cookie or a second header either', async () => {
    const { access_token: it } = tokens;
    const path = `${url}/v1/auth/sessions`;
    const tries = [
      send(`${path}?access_token=${it}`, 'GET'),
      send(path, 'GET', { headers: { cookie: `access_token=${it}` } }),
      send(path, 'GET', { headers: { authorization: it } }),
      send(path, 'GET', { headers: { authorization: `Bearer ${it}, Bearer ${it}` } }),
      send(`${url}/v1/auth/logout`, 'POST', { json: { access_token: it } }),
    ];
    for (const reply of await Promise.all(tries)) expect(reply.status).toBe(401);
  });
});
