import { createServer, type Server } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { notFound } from './http-errors.js';

/** What is served there, and by a process with background work only. */
export const OPERATIONS = /^\/(health(\/(live|ready))?|metrics|problems)\/?(\?|$)/;
const FOR_OPERATORS = /^\/metrics\/?(\?|$)/;

/** Whether what is for operators is kept from who asks here: there is a door for them, and this is the other one. */
export const isRestricted = (request: FastifyRequest, adminPort: number | undefined): boolean =>
  adminPort !== undefined && request.raw.socket.localPort !== adminPort;

type Limits = Readonly<Record<'headerBytes' | 'headersTimeoutMs' | 'requestTimeoutMs', number>>;

/**
 * A second door to the same routes, for operators: nothing but health, metrics and problems is served there, and metrics
 * nowhere else.
 * @returns what is to listen on it; it is closed with the application
 */
export function useAdminPort(fastify: FastifyInstance, adminPort: number, limits: Limits): Server {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const belongs = isRestricted(request, adminPort) ? !FOR_OPERATORS.test(request.url) : OPERATIONS.test(request.url);
    done(belongs ? undefined : notFound());
  });
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => fastify.routing(request, response),
  );
  fastify.addHook('onClose', (_instance, done) => {
    server.close(() => done());
    server.closeIdleConnections();
  });
  return server;
}
