import { createServer, type Server } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { notFound, type RouteTable } from '#platform/http';
import { createClientErrorHandler, rejectExpectations } from './client-errors.js';

/** Patterns of routes: what an address is spelt like decides nothing. */
const HEALTH_ROUTES: readonly string[] = ['/health', '/health/live', '/health/ready'];
const OPERATOR_ROUTES: readonly string[] = ['/metrics'];
/** What is served at ADMIN_PORT, and by a process with background work only. */
const ADMIN_ROUTES: readonly string[] = [...HEALTH_ROUTES, ...OPERATOR_ROUTES, '/problems'];

interface AdminPortOptions {
  readonly adminPort: number | undefined;
  /** Background work only: nothing but operations is served, at any port. */
  readonly operationsOnly: boolean;
  readonly routes: RouteTable;
}

/** Whether the route that the router has found is one of health. */
export const isHealthRoute = (request: FastifyRequest): boolean =>
  HEALTH_ROUTES.includes(request.routeOptions.url ?? '');

/** Whether what is for operators is kept from who asks here: there is a port for them, and this is the other one. */
export const isHiddenFromPublicPort = (request: FastifyRequest, adminPort: number | undefined): boolean =>
  adminPort !== undefined && request.raw.socket.localPort !== adminPort;

/**
 * Keeps what is for operators at ADMIN_PORT, and everything else away from it. The route that the router has found decides, not
 * the address that was typed: `/%6detrics`, `/metrics#` and `http://host/metrics` are `/metrics`.
 */
export function useAdminPort(fastify: FastifyInstance, { adminPort, operationsOnly, routes }: AdminPortOptions): void {
  if (adminPort === undefined && !operationsOnly) return;
  /** No route for this method: then its patterns decide between 404 and 405. */
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
 * One more server for the same routes; `useOperationsPorts` says what is served at which port.
 * @returns what is to listen; it is closed with the application
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
