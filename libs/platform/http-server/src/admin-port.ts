import { createServer, type Server } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { notFound, type RouteTable } from '#platform/http';
import { createClientErrorHandler, rejectExpectations } from './client-errors.js';

/** Route patterns: the spelling of the URL does not matter. */
const HEALTH_ROUTES: readonly string[] = ['/health', '/health/live', '/health/ready'];
const OPERATOR_ROUTES: readonly string[] = ['/metrics'];
/** Routes served on ADMIN_PORT, and by a process with background work only. */
const ADMIN_ROUTES: readonly string[] = [...HEALTH_ROUTES, ...OPERATOR_ROUTES, '/problems'];

interface AdminPortOptions {
  readonly adminPort: number | undefined;
  /** Background work only: every port serves only operations routes. */
  readonly operationsOnly: boolean;
  readonly routes: RouteTable;
}

/** Whether the matched route is a health route. */
export const isHealthRoute = (request: FastifyRequest): boolean =>
  HEALTH_ROUTES.includes(request.routeOptions.url ?? '');

/** Whether operator-only details are hidden from this request: ADMIN_PORT is set, and the request came to another port. */
export const isHiddenFromPublicPort = (request: FastifyRequest, adminPort: number | undefined): boolean =>
  adminPort !== undefined && request.raw.socket.localPort !== adminPort;

/**
 * Serves operations routes only on ADMIN_PORT, and all other routes only on PORT. The matched route decides, not the URL as
 * sent: `/%6detrics`, `/metrics#` and `http://host/metrics` are `/metrics`.
 */
export function useAdminPort(fastify: FastifyInstance, { adminPort, operationsOnly, routes }: AdminPortOptions): void {
  if (adminPort === undefined && !operationsOnly) return;
  /** No route for this method: the patterns of the path decide between 404 and 405. */
  const patternsOf = (request: FastifyRequest): readonly string[] =>
    request.routeOptions.url === undefined ? routes.patternsFor(request.url) : [request.routeOptions.url];
  fastify.addHook('onRequest', (request, _reply, done) => {
    const patterns = patternsOf(request);
    const restricted = isHiddenFromPublicPort(request, adminPort);
    const onlyOperations = operationsOnly || (adminPort !== undefined && !restricted);
    if (restricted && patterns.some((pattern) => OPERATOR_ROUTES.includes(pattern))) return done(notFound());
    done(onlyOperations && !patterns.some((pattern) => ADMIN_ROUTES.includes(pattern)) ? notFound() : undefined);
  });
}

interface AdditionalServerOptions {
  readonly publicUrl: string;
  readonly limits: Readonly<
    Record<'headerBytes' | 'headers' | 'headersTimeoutMs' | 'requestTimeoutMs' | 'keepAliveMs', number>
  >;
}

/**
 * Creates a second server for the same routes; `useOperationsPorts` decides what each port serves.
 * @returns the server to listen with; it closes with the application
 */
export function createAdditionalServer(
  fastify: FastifyInstance,
  { publicUrl, limits }: AdditionalServerOptions,
): Server {
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveMs,
      requireHostHeader: false,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => fastify.routing(request, response),
  );
  server.maxHeadersCount = limits.headers + 2;
  server.on('clientError', createClientErrorHandler(publicUrl));
  rejectExpectations(server, publicUrl);
  fastify.addHook('onClose', (_instance, done) => {
    server.close(() => done());
    server.closeIdleConnections();
  });
  return server;
}
