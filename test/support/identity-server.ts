import { generateKeyPairSync, type JsonWebKey, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import Provider from 'oidc-provider';
import { freePort } from './ports.js';

export const CLIENT = { id: 'shop', secret: 'a secret of the shop, long enough', redirect: 'http://127.0.0.1:1/back' };
export const AUDIENCE = 'https://api.example';
/** Another resource server of the same identity server. */
export const OTHER_AUDIENCE = 'https://elsewhere.example';

/** How it answers. `frozen`: it takes the connection and says nothing. */
export type ServerMode = 'well' | 'frozen' | 'as-somebody-else';

/** A real OpenID provider of somebody else, on this machine. Its JWT access tokens are those of RFC 9068. */
export class IdentityServer {
  readonly issuer: string;
  /** Paths that were asked for. */
  readonly requestedPaths: string[] = [];
  /** Account → roles over there. */
  readonly roles = new Map<string, readonly string[]>();
  /** Account → more claims of its access tokens. */
  readonly claims = new Map<string, object>();
  mode: ServerMode = 'well';
  #server: Server | undefined;
  #listener: RequestListener;

  constructor(private readonly port: number) {
    this.issuer = `http://127.0.0.1:${port}`;
    this.#listener = this.#createProvider();
  }

  /** From now on it signs with another key, and knows the one before no more. */
  rotateKey(): void {
    this.#listener = this.#createProvider();
  }

  /** Those that ask for keys. */
  get jwksRequests(): number {
    return this.requestedPaths.filter((path) => path === '/jwks').length;
  }

  async start(): Promise<void> {
    this.#server = createServer((request, response) => this.#handle(request, response));
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Nobody listens there any more. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').split('?')[0] ?? '';
    this.requestedPaths.push(path);
    if (this.mode === 'frozen') return;
    if (this.mode === 'as-somebody-else' && path.startsWith('/.well-known/')) {
      const lie = { issuer: 'http://127.0.0.1:1', jwks_uri: `${this.issuer}/jwks` };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(lie));
      return;
    }
    this.#listener(request, response);
  }

  #createProvider(): RequestListener {
    const format = { accessTokenFormat: 'jwt', accessTokenTTL: 600, jwt: { sign: { alg: 'ES256' } }, scope: 'api' };
    return new Provider(this.issuer, {
      jwks: { keys: [freshKey()] },
      cookies: { keys: [randomUUID()] },
      clientDefaults: { id_token_signed_response_alg: 'ES256' },
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          grant_types: ['authorization_code', 'client_credentials'],
          redirect_uris: [CLIENT.redirect],
          response_types: ['code'],
        },
      ],
      findAccount: (_: unknown, accountId: string) => ({ accountId, claims: async () => ({ sub: accountId }) }),
      extraTokenClaims: (_: unknown, { accountId = '' }: { accountId?: string }) => ({
        roles: this.roles.get(accountId) ?? [],
        ...this.claims.get(accountId),
      }),
      features: {
        clientCredentials: { enabled: true },
        devInteractions: { enabled: true },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => AUDIENCE,
          useGrantedResource: () => true,
          getResourceServerInfo: (_: unknown, audience: string) => ({ ...format, audience }),
        },
      },
      ttl: { AccessToken: 600, ClientCredentials: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    }).callback();
  }
}

export async function startIdentityServer(): Promise<IdentityServer> {
  const server = new IdentityServer(await freePort());
  await server.start();
  return server;
}

function freshKey(): JsonWebKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'ES256', use: 'sig' };
}

/** The value of OAUTH_ISSUERS that trusts them. */
export const trustIssuers = (...servers: readonly IdentityServer[]): string =>
  JSON.stringify(servers.map(({ issuer }) => ({ issuer, audience: AUDIENCE, roles: { 'shop-staff': 'staff' } })));
