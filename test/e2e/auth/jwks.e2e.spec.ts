import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { EMBEDDED } from '../../support/backends.js';
import { useTestApp } from '../../support/test-app.js';

interface Jwks {
  readonly keys: readonly Readonly<Record<string, string>>[];
}

describe('AC-45 the public keys', () => {
  const app = useTestApp(EMBEDDED);
  const wellKnown = <T>(name: string) => app.request<T>('GET', `/.well-known/${name}`);

  it('another service verifies an access token with them, found by the metadata of RFC 8414', async () => {
    const { person, customer } = await app.createCustomer();
    const { access_token: token } = (await app.logIn(person)).json;
    const { json: server } = await wellKnown<{ issuer: string; jwks_uri: string }>('oauth-authorization-server');
    const keys = createRemoteJWKSet(new URL(server.jwks_uri));
    const expected = { issuer: server.issuer, audience: app.program.url, typ: 'at+jwt', algorithms: ['EdDSA'] };
    const { payload } = await jwtVerify(token, keys, expected);
    expect(payload.sub).toBe(customer.id);
    await expect(jwtVerify(`${token.slice(0, -9)}AAAAAAAAA`, keys, expected)).rejects.toThrow('signature');
  });

  it('are public only, for anybody, and may be kept for five minutes', async () => {
    const { status, headers, json, text } = await wellKnown<Jwks>('jwks.json');
    expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=300']);
    expect(json.keys.map((key) => Object.keys(key).sort())).toEqual([['alg', 'crv', 'kid', 'kty', 'use', 'x']]);
    expect(json.keys[0]).toMatchObject({ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' });
    expect(text).not.toContain('"d"');
    const { person } = await app.createCustomer();
    const { kid } = decodeProtectedHeader((await app.logIn(person)).json.access_token);
    expect(kid).toBe(json.keys[0]?.['kid']);
  });

  it('the metadata tells what is there and nothing else', async () => {
    const { url } = app.program;
    const { headers, json } = await wellKnown('oauth-authorization-server');
    expect(headers.get('cache-control')).toBe('public, max-age=300');
    expect(json).toEqual({
      issuer: url,
      jwks_uri: `${url}/.well-known/jwks.json`,
      response_types_supported: [],
      grant_types_supported: [],
      service_documentation: `${url}/docs`,
    });
  });
});
