import { createServer, type Server } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { notFound, type RouteTable } from '#platform/http';
import { answerUnreadable, refuseExpectations } from './unreadable.js';

/** Patterns of routes: what an address is spelt like decides nothing. */
const HEALTH: readonly string[] = ['/health', '/health/live', '/health/ready'];
const FOR_OPERATORS: readonly string[] = ['/metrics'];
/** What is served at ADMIN_PORT, and by a process with background work only. */
const OPERATIONS: readonly string[] = [...HEALTH, ...FOR_OPERATORS, '/problems'];

interface Ports {
  readonly adminPort: number | undefined;
  /** Background work only: nothing but operations is served, at any port. */
  readonly operationsOnly: boolean;
  readonly routes: RouteTable;
}

/** Whether the route that the router has found is one of health. */
export const isHealthRoute = (request: FastifyRequest): boolean => HEALTH.includes(request.routeOptions.url ?? '');

/** Whether what is for operators is kept from who asks here: there is a port for them, and this is the other one. */
export const isRestricted = (request: FastifyRequest, adminPort: number | undefined): boolean =>
  adminPort !== undefined && request.raw.socket.localPort !== adminPort;

/**
 * Keeps what is for operators at ADMIN_PORT, and everything else away from it. The route that the router has found decides, not
 * the address that was typed: `/%6detrics`, `/metrics#` and `http://host/metrics` are `/metrics`.
 */
export function useOperationsPorts(fastify: FastifyInstance, { adminPort, operationsOnly, routes }: Ports): void {
  if (adminPort === undefined && !operationsOnly) return;
  /** No route for this method: then its patterns decide between 404 and 405. */
  const patternsOf = (request: FastifyRequest): readonly string[] =>
    request.routeOptions.url === undefined ? routes.patternsFor(request.url) : [request.routeOptions.url];
  fastify.addHook('onRequest', (request, _reply, done) => {
    const patterns = patternsOf(request);
    const restricted = isRestricted(request, adminPort);
    const onlyOperations = operationsOnly || (adminPort !== undefined && !restricted);
    if (restricted && patterns.some((pattern) => FOR_OPERATORS.includes(pattern))) return done(notFound());
    done(onlyOperations && !patterns.some((pattern) => OPERATIONS.includes(pattern)) ? notFound() : undefined);
  });
}

interface ServerParts {
  readonly publicUrl: string;
  readonly limits: Readonly<
    Record<'headerBytes' | 'headers' | 'headersTimeoutMs' | 'requestTimeoutMs' | 'keepAliveMs', number>
  >;
}

/**
 * One more server for the same routes; `useOperationsPorts` says what is served at which port.
 * @returns what is to listen; it is closed with the application
 */
export function createFurtherServer(fastify: FastifyInstance, { publicUrl, limits }: ServerParts): Server {
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
  server.on('clientError', answerUnreadable(publicUrl));
  refuseExpectations(server, publicUrl);
  fastify.addHook('onClose', (_instance, done) => {
    server.close(() => done());
    server.closeIdleConnections();
  });
  return server;
}
