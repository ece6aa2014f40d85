import * as client from 'openid-client';
import { AUDIENCE, CLIENT, type IdentityServer } from './identity-server.js';

export interface ExternalTokens {
  readonly accessToken: string;
  readonly idToken: string;
}

const discoverIssuer = ({ issuer }: IdentityServer): Promise<client.Configuration> =>
  client.discovery(new URL(issuer), CLIENT.id, CLIENT.secret, undefined, { execute: [client.allowInsecureRequests] });

/** A person signs in over there: authorization code with PKCE, as a browser and a shop would do it. */
export async function signInExternally(
  server: IdentityServer,
  account: string,
  resource = AUDIENCE,
): Promise<ExternalTokens> {
  const config = await discoverIssuer(server);
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const [expectedNonce, expectedState] = [client.randomNonce(), client.randomState()];
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: CLIENT.redirect,
    scope: 'openid api',
    resource,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    nonce: expectedNonce,
    state: expectedState,
  });
  const back = await followSignInPages(url, account);
  const checks = { pkceCodeVerifier, expectedNonce, expectedState };
  const tokens = await client.authorizationCodeGrant(config, back, checks, { resource });
  return { accessToken: tokens.access_token, idToken: tokens.id_token ?? '' };
}

/** The client itself, and no person. */
export async function fetchClientCredentialsToken(server: IdentityServer): Promise<string> {
  const asked = { resource: AUDIENCE, scope: 'api' };
  return (await client.clientCredentialsGrant(await discoverIssuer(server), asked)).access_token;
}

/** Follows redirects and fills in the forms for name and consent until it is sent back to the shop. */
async function followSignInPages(start: URL, account: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let [url, form]: [URL, URLSearchParams | undefined] = [start, undefined];
  for (let steps = 0; steps < 15; steps++) {
    const response = await fetchWithCookies(url, form, cookies);
    const location = response.headers.get('location');
    const next = new URL(location ?? url, url);
    if (next.href.startsWith(CLIENT.redirect)) return next;
    const page = await response.text();
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
    form = location === null && prompt ? new URLSearchParams({ prompt, login: account, password: 'any' }) : undefined;
    url = location === null ? new URL(/action="([^"]+)"/.exec(page)?.[1] ?? '', url) : next;
  }
  throw new Error('the identity server never sent the browser back');
}

async function fetchWithCookies(
  url: URL,
  body: URLSearchParams | undefined,
  cookies: Map<string, string>,
): Promise<Response> {
  const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
  const response = await fetch(url, {
    redirect: 'manual',
    headers: { cookie },
    ...(body ? { method: 'POST', body } : {}),
  });
  for (const line of response.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    cookies.set(name, value);
  }
  return response;
}
