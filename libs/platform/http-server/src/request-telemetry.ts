import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { clientAddressOf, clientNetworkOf } from '#platform/http';
import { currentContext, type Log, type Metrics, type RequestContext, runInContext } from '#platform/observability';

const CORRELATION_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** W3C Trace Context, 3.2: an id of all zeros and version ff are invalid. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Assigns a correlation id to every request, and writes one log line and one metric observation after the response. */
export function useRequestTelemetry(fastify: FastifyInstance, log: Log, metrics: Metrics): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const context = createContext(request);
    reply.header('x-correlation-id', context.correlationId);
    if (context.traceparent !== undefined) reply.header('traceparent', context.traceparent);
    runInContext(context, done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.observeRequest(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    const source = clientNetworkOf(clientAddressOf(request));
    const milliseconds = Math.round(reply.elapsedTime * 100) / 100;
    const problem = currentContext()?.problem;
    log.logRequest({ method: request.method, route, status: reply.statusCode, problem, milliseconds, source });
    done();
  });
}

function createContext(request: FastifyRequest): RequestContext {
  const asked = request.headers['x-correlation-id'];
  const traceparent = request.headers['traceparent'];
  const correlationId = typeof asked === 'string' && CORRELATION_ID.test(asked) ? asked : randomUUID();
  return typeof traceparent === 'string' && TRACEPARENT.test(traceparent)
    ? { correlationId, traceparent }
    : { correlationId };
}
