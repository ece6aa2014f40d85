import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type DomainError, uuidv7 } from '#kernel';
import { isWithin } from '../config/networks.js';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import { OPERATIONS } from './admin-port.js';
import { useStrictBodies } from './body-parser.js';
import { useCors } from './cors.js';
import { useCrowd } from './crowd.js';
import { useDeadlines } from './deadlines.js';
import { useDraining } from './draining.js';
import { useForwardingWatch } from './forwarding-watch.js';
import { headersTooLarge, notFound, refused, requestTimeout, unreadableRequest } from './http-errors.js';
import { PROBLEM_TYPE, statusOf, toProblem } from './problem.js';
import type { RouteTable } from './route-table.js';
import { securityHeaders, useSecurityHeaders } from './security-headers.js';
import { forwardedAddress } from './source.js';
import { useTelemetry } from './telemetry-hooks.js';
import { useTurns } from './turns.js';

/** Limits of one HTTP request (OWASP ASVS 13.1.2); the documentation lists them. */
export const HTTP_LIMITS = {
  bodyBytes: 16 * 1024,
  headerBytes: 16 * 1024,
  headers: 100,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 15_000,
  keepAliveMs: 65_000,
  requestsPerSocket: 1_000,
  sockets: 2_000,
} as const;

interface Parts {
  readonly publicUrl: string;
  /** Whose pages may call. */
  readonly corsOrigins: readonly string[];
  /** Proxies whose X-Forwarded-For is believed. */
  readonly trustProxy: readonly string[];
  /** The process finishes what it has; its callers had better go to another one. */
  readonly isDraining: () => boolean;
  /** Background work only: nothing but health and metrics is served. */
  readonly operationsOnly: boolean;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly routes: RouteTable;
}

export function createHttpAdapter(parts: Parts): FastifyAdapter {
  const adapter = new FastifyAdapter({
    logger: false,
    trustProxy: parts.trustProxy.length > 0 ? trustOf(parts.trustProxy) : false,
    bodyLimit: HTTP_LIMITS.bodyBytes,
    requestTimeout: HTTP_LIMITS.requestTimeoutMs,
    keepAliveTimeout: HTTP_LIMITS.keepAliveMs,
    maxRequestsPerSocket: HTTP_LIMITS.requestsPerSocket,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    frameworkErrors: (_error: unknown, _request: unknown, reply: FastifyReply) => {
      reply
        .status(400)
        .headers(securityHeaders(parts.publicUrl))
        .type(PROBLEM_TYPE)
        .send(problemText(unreadableRequest(), parts.publicUrl));
    },
    http: {
      requireHostHeader: false,
      maxHeaderSize: HTTP_LIMITS.headerBytes,
      headersTimeout: HTTP_LIMITS.headersTimeoutMs,
      connectionsCheckingInterval: 1_000,
    },
    clientErrorHandler: (error: NodeJS.ErrnoException, socket: Socket) =>
      answerUnreadable(error, socket, parts.publicUrl),
  } as unknown as ConstructorParameters<typeof FastifyAdapter>[0]);
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  fastify.server.on('checkExpectation', (_request, response) => {
    response.writeHead(417, {
      ...securityHeaders(parts.publicUrl),
      'content-type': PROBLEM_TYPE,
      connection: 'close',
    });
    response.end(problemText(refused(417), parts.publicUrl));
  });
  fastify.server.maxConnections = HTTP_LIMITS.sockets;
  fastify.server.maxHeadersCount = HTTP_LIMITS.headers + 2;
  fastify.addHook('onRoute', (route) => parts.routes.add(route.url, [route.method].flat()));
  useSecurityHeaders(fastify, parts.publicUrl);
  // First of what may wait: a request's context would be lost on the way.
  useTurns(fastify);
  useTelemetry(fastify, parts.log, parts.metrics);
  useDeadlines(fastify);
  useCrowd(fastify);
  useDraining(fastify, parts.isDraining);
  useForwardingWatch(fastify, parts.trustProxy, parts.log);
  useCors(fastify, parts.corsOrigins);
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (request.raw.rawHeaders.length > 2 * HTTP_LIMITS.headers) return done(headersTooLarge());
    const hosts = hostsIn(request.raw.rawHeaders);
    done(hosts === 1 || (hosts === 0 && request.raw.httpVersion === '1.0') ? undefined : unreadableRequest());
  });
  if (parts.operationsOnly) {
    fastify.addHook('onRequest', (request, _reply, done) =>
      done(OPERATIONS.test(request.url) ? undefined : notFound()),
    );
  }
  useStrictBodies(fastify, HTTP_LIMITS.bodyBytes);
  return adapter as unknown as FastifyAdapter;
}

/** Fastify's own reading takes `192.0.2.7:4711` for no address, and so for a client instead of a proxy that is trusted. */
function trustOf(trustProxy: readonly string[]): (address: string) => boolean {
  const isTrusted = isWithin(trustProxy);
  return (address) => isTrusted(forwardedAddress(address) ?? '');
}

/** A loop: this runs for every request, and a list of its header names would cost more than the rest of the check. */
function hostsIn(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts;
}

/** Node could not read the request, so there is none to answer through. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket, publicUrl: string): void {
  if (!socket.writable) return void socket.destroy();
  const fault = faultOf(error.code);
  const body = problemText(fault, publicUrl);
  const head = `HTTP/1.1 ${statusOf(fault)} Refused\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}`;
  const fixed = Object.entries(securityHeaders(publicUrl)).map(([name, value]) => `\r\n${name}: ${value}`);
  socket.end(`${head}${fixed.join('')}\r\nconnection: close\r\n\r\n${body}`);
}

function faultOf(code: string | undefined): DomainError {
  if (code === 'HPE_HEADER_OVERFLOW') return headersTooLarge();
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? requestTimeout() : unreadableRequest();
}

/** Where no request stands behind the answer. */
const problemText = (fault: DomainError, publicUrl: string): string =>
  JSON.stringify(toProblem(fault, publicUrl, '/', uuidv7(Date.now())));
