import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EXTERNAL_ISSUER } from '../../testing/external-issuer.js';
import { fetchIssuerKeys } from './fetch-issuer-keys.js';

const get = globalThis.fetch;
const OIDC = '/.well-known/openid-configuration';

let server: Server;
let base: string;
let asked: string[];
/** Path → response: a document, or a handler. */
let answers: Map<string, object | RequestListener>;

beforeEach(async () => {
  [asked, answers] = [[], new Map()];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const answer = answers.get(request.url ?? '');
    if (typeof answer === 'function') return void answer(request, response);
    response.writeHead(answer ? 200 : 404).end(answer && JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  answers.set('/keys', { keys: [{ kid: 'k' }] });
});
afterEach(() => {
  vi.unstubAllGlobals();
  server.closeAllConnections();
  server.close();
});

const keysOf = (issuer = base, jwksUri?: string) =>
  fetchIssuerKeys({ ...EXTERNAL_ISSUER, issuer, jwksUri }).then(
    ({ keys }) => keys.map(({ kid }) => kid).join(),
    (error: Error) => error.message,
  );

describe('fetchIssuerKeys', () => {
  it('fetches the keys from the jwks_uri of the OpenID metadata', async () => {
    answers.set(OIDC, { issuer: base, jwks_uri: `${base}/keys` });
    expect([await keysOf(), asked]).toEqual(['k', [OIDC, '/keys']]);
  });

  it('fetches the keys from the jwks_uri of the RFC 8414 metadata, whose URL ends with the issuer path', async () => {
    const issuer = `${base}/realms/shop`;
    answers.set('/.well-known/oauth-authorization-server/realms/shop', { issuer, jwks_uri: `${base}/keys` });
    expect([await keysOf(issuer), asked[0]]).toEqual(['k', `/realms/shop${OIDC}`]);
  });

  it('fetches the keys from the configured URL without reading metadata', async () => {
    expect([await keysOf(base, `${base}/keys`), asked]).toEqual(['k', ['/keys']]);
  });

  it('rejects metadata of another issuer, even with an additional slash [RFC 8414 3.3]', async () => {
    for (const issuer of [`${base}/`, 'https://evil.example', undefined, [base]]) {
      answers.set(OIDC, { issuer, jwks_uri: `${base}/keys` });
      expect(await keysOf()).toBe('the metadata names another issuer');
    }
    expect(asked).not.toContain('/keys');
  });

  it.each(['http://keys.example/jwks', 'file:///etc/passwd', 'ftp://127.0.0.1/', 7, undefined])(
    'does not fetch keys from %s',
    async (jwks_uri) => {
      answers.set(OIDC, { issuer: base, jwks_uri });
      expect(await keysOf()).toBe('jwks_uri of the metadata is not an https URL');
    },
  );

  it('does not fetch keys from localhost when the issuer is remote', async () => {
    const issuer = 'https://login.example';
    const metadata = { issuer, jwks_uri: `${base}/keys` };
    vi.stubGlobal('fetch', async (url: string) => (url.startsWith(base) ? get(url) : Response.json(metadata)));
    expect([await keysOf(issuer), asked]).toEqual(['jwks_uri of the metadata is not an https URL', []]);
  });

  it('does not follow a redirect', async () => {
    answers.set('/moved', (_, response) => response.writeHead(302, { location: `${base}/keys` }).end());
    expect(await keysOf(base, `${base}/moved`)).toBe('fetch failed');
    answers.set(OIDC, (_, response) => response.writeHead(301, { location: `${base}/moved` }).end());
    expect(await keysOf()).toBe('fetch failed');
    expect(asked).not.toContain('/keys');
  });

  it('stops reading after 256 KiB', async () => {
    let sent = 0;
    answers.set('/keys', (_, response) => {
      const more = () => {
        for (let goesOn = true; goesOn && !response.destroyed; sent += 16_384)
          goesOn = response.write(' '.repeat(16_384));
        response.once('drain', more);
      };
      more();
    });
    expect(await keysOf(base, `${base}/keys`)).toBe('the response is larger than 262144 bytes');
    expect(sent).toBeLessThan(16_000_000); // most of it is in socket buffers
  });

  it('times out after three seconds, including the metadata request', async () => {
    answers.set(OIDC, (_, response) => {
      setTimeout(() => response.end(JSON.stringify({ issuer: base, jwks_uri: `${base}/keys` })), 1_500);
    });
    answers.set('/keys', (_, response) => void response.write('{'));
    const start = performance.now();
    expect(await keysOf()).toMatch(/timeout/);
    expect(performance.now() - start).toBeLessThan(3_800);
  });

  it.each<[string, RequestListener, string]>([
    ['an error', (_, response) => response.writeHead(500).end('{"keys":[]}'), 'the response status is 500'],
    ['no JSON', (_, response) => response.end('<secret>'), 'the response is not JSON'],
    ['no set', (_, response) => response.end('[]'), 'jwks_uri did not return a JWK set'],
    ['null', (_, response) => response.end('null'), 'jwks_uri did not return a JWK set'],
    ['nothing there', (_, response) => response.writeHead(404).end(), 'jwks_uri did not return a JWK set'],
  ])('fails for %s', async (_, handler, message) => {
    answers.set('/keys', handler);
    expect(await keysOf(base, `${base}/keys`)).toBe(message);
  });

  it('fails when the issuer has no metadata', async () => {
    expect(await keysOf()).toBe('the issuer did not return metadata');
  });
});
