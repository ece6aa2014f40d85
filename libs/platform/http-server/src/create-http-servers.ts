import type { Server } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { createNetworkMatcher } from '#platform/config';
import {
  headersTooLarge,
  PROBLEM_TYPE,
  parseForwardedAddress,
  type RouteTable,
  unreadableRequest,
  useStrictBodyParser,
} from '#platform/http';
import type { Log, Metrics } from '#platform/observability';
import { createAdditionalServer, useAdminPort } from './admin-port.js';
import { useAdmissionControl } from './admission-control.js';
import { createClientErrorHandler, rejectExpectations, serializeProblem } from './client-errors.js';
import { useConnectionDraining } from './connection-draining.js';
import { useCors } from './cors.js';
import { useForwardedHeaderWarnings } from './forwarded-header-warnings.js';
import { limitPipelining } from './pipelining-limit.js';
import { useRequestDeadlines } from './request-deadlines.js';
import { useRequestTelemetry } from './request-telemetry.js';
import { securityHeaders, useSecurityHeaders } from './security-headers.js';
import { type ConnectionLimitNumbers, ServerConnectionLimits } from './server-connection-limits.js';
import { useWriteScheduler } from './write-scheduler.js';

/** Limits of one HTTP request (OWASP ASVS 13.1.2); the documentation lists them. */
export const HTTP_LIMITS = {
  bodyBytes: 16 * 1024,
  headerBytes: 16 * 1024,
  headers: 100,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 15_000,
  keepAliveMs: 65_000,
  /**
   * A connection with a request in flight is closed when no data moves for this long, because the client does not read the
   * response.
   */
  silentMs: 30_000,
  requestsPerSocket: 1_000,
  /** Maximum connections, in addition to the `reserved` ones, which only answer health requests. */
  sockets: 2_000,
  /** From this number on, a new connection replaces the one that has been idle for longest, a second at least. */
  shedFrom: 1_900,
  /** For one IPv4 address or IPv6 /64 that is not a proxy in TRUST_PROXY. */
  socketsPerPeer: 256,
  reserved: 64,
  reservedPerPeer: 8,
} as const;

/** Limits of ADMIN_PORT, which only a few programs use. */
const ADMIN_CONNECTION_LIMITS = {
  sockets: 128,
  shedFrom: 120,
  socketsPerPeer: 64,
  reserved: 16,
  reservedPerPeer: 4,
} as const;

interface HttpServerOptions {
  readonly publicUrl: string;
  /** Origins allowed by CORS. */
  readonly corsOrigins: readonly string[];
  /** Proxies whose X-Forwarded-For is trusted. */
  readonly trustProxy: readonly string[];
  /** The process is shutting down: it finishes its requests, and clients should use another process. */
  readonly isDraining: () => boolean;
  /** The port for operators, if there is one. */
  readonly adminPort: number | undefined;
  /** Background work only: serves nothing but health and metrics. */
  readonly operationsOnly: boolean;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly routes: RouteTable;
}

interface HttpServers {
  readonly adapter: FastifyAdapter;
  /** The server for ADMIN_PORT, if there is one; it closes with the application. */
  readonly adminServer: Server | undefined;
  /** Creates another server for PORT, where the host has several addresses. */
  createAdditionalServer(): Server;
}

export function createHttpServers(parts: HttpServerOptions): HttpServers {
  const adapter = new FastifyAdapter({
    logger: false,
    trustProxy: parts.trustProxy.length > 0 ? createTrustedProxyCheck(parts.trustProxy) : false,
    bodyLimit: HTTP_LIMITS.bodyBytes,
    requestTimeout: HTTP_LIMITS.requestTimeoutMs,
    keepAliveTimeout: HTTP_LIMITS.keepAliveMs,
    connectionTimeout: HTTP_LIMITS.silentMs,
    maxRequestsPerSocket: HTTP_LIMITS.requestsPerSocket,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    frameworkErrors: (_error: unknown, _request: unknown, reply: FastifyReply) => {
      reply
        .status(400)
        .headers(securityHeaders(parts.publicUrl))
        .type(PROBLEM_TYPE)
        .send(serializeProblem(unreadableRequest(), parts.publicUrl));
    },
    http: {
      requireHostHeader: false,
      maxHeaderSize: HTTP_LIMITS.headerBytes,
      headersTimeout: HTTP_LIMITS.headersTimeoutMs,
      connectionsCheckingInterval: 1_000,
    },
    clientErrorHandler: createClientErrorHandler(parts.publicUrl),
  } as unknown as ConstructorParameters<typeof FastifyAdapter>[0]);
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  rejectExpectations(fastify.server, parts.publicUrl);
  fastify.server.maxHeadersCount = HTTP_LIMITS.headers + 2;
  fastify.addHook('onRoute', (route) => parts.routes.add(route.url, [route.method].flat()));
  useSecurityHeaders(fastify, parts.publicUrl);
  // Registered before any hook that may wait: the request context would be lost.
  useWriteScheduler(fastify);
  useRequestTelemetry(fastify, parts.log, parts.metrics);
  const connections = new ServerConnectionLimits(fastify, parts);
  limitPipelining(fastify.server);
  connections.limitServer(fastify.server, HTTP_LIMITS);
  useRequestDeadlines(fastify);
  useAdmissionControl(fastify);
  useConnectionDraining(fastify, parts.isDraining);
  useForwardedHeaderWarnings(fastify, parts.trustProxy, parts.log);
  // Before preflights are answered: a port without a route must not answer its preflight either.
  useAdminPort(fastify, parts);
  useCors(fastify, parts.corsOrigins);
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (request.raw.rawHeaders.length > 2 * HTTP_LIMITS.headers) return done(headersTooLarge());
    const hosts = countHostHeaders(request.raw.rawHeaders);
    done(hosts === 1 || (hosts === 0 && request.raw.httpVersion === '1.0') ? undefined : unreadableRequest());
  });
  useStrictBodyParser(fastify, HTTP_LIMITS.bodyBytes);
  const further = (numbers: ConnectionLimitNumbers): Server => {
    const server = createAdditionalServer(fastify, { publicUrl: parts.publicUrl, limits: HTTP_LIMITS });
    server.setTimeout(HTTP_LIMITS.silentMs);
    limitPipelining(server);
    connections.limitServer(server, numbers);
    return server;
  };
  return {
    adapter: adapter as unknown as FastifyAdapter,
    adminServer: parts.adminPort === undefined ? undefined : further(ADMIN_CONNECTION_LIMITS),
    createAdditionalServer: () => further(HTTP_LIMITS),
  };
}

/** Fastify's own parser does not recognize `192.0.2.7:4711` as an address, and would treat a trusted proxy as a client. */
function createTrustedProxyCheck(trustProxy: readonly string[]): (address: string) => boolean {
  const isTrusted = createNetworkMatcher(trustProxy);
  return (address) => isTrusted(parseForwardedAddress(address) ?? '');
}

/** A loop, because this runs for every request and a list of header names would cost more than the rest of the check. */
function countHostHeaders(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts;
}
