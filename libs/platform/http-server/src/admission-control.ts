import { randomInt } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Overloaded } from '#kernel';

/**
 * Maximum concurrent writes of one kind: more than one process runs in parallel, few enough for each to get a database
 * connection.
 */
const MAX_CONCURRENT_WRITES = 100;
/** How long one Overloaded error rejects all requests of the same kind. */
const OVERLOAD_REJECTION_MS = 250;
const READ_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Created once: capturing a stack trace costs more than the rest of a rejection. */
const OVERLOADED_ERRORS = [1, 2, 3].map(
  (seconds) => new Overloaded('Too many do this at this moment. Please try again.', seconds),
);

const routeKeyOf = (request: FastifyRequest): string => `${request.method} ${request.routeOptions.url}`;
const rejectors = new WeakMap<FastifyRequest, () => void>();

/** Marks this request's kind of write as overloaded: for a moment, new requests of that kind are rejected at once. */
export const rejectNewRequests = (request: FastifyRequest): void => rejectors.get(request)?.();

/**
 * Limits the concurrent writes of one kind. Beyond the limit a request is rejected before any work, so that the others finish
 * in time instead of all failing together (OWASP ASVS 15.2.2). A request counts from when it has been received completely, so
 * slow senders occupy no slot.
 */
export function useAdmissionControl(fastify: FastifyInstance, maxConcurrent = MAX_CONCURRENT_WRITES): void {
  const inProgress = new Map<string, number>();
  const rejectUntil = new Map<string, number>();
  const routeKeys = new WeakMap<FastifyRequest, string>();
  const release = (request: FastifyRequest): void => {
    const kind = routeKeys.get(request);
    if (kind === undefined) return;
    routeKeys.delete(request);
    inProgress.set(kind, (inProgress.get(kind) ?? 1) - 1);
  };
  const findRejection = (kind: string): Overloaded | undefined =>
    (inProgress.get(kind) ?? 0) >= maxConcurrent || (rejectUntil.get(kind) ?? 0) > performance.now()
      ? OVERLOADED_ERRORS[randomInt(OVERLOADED_ERRORS.length)]
      : undefined;
  // Rejects before the body is parsed, which is most of the cost of a rejection.
  fastify.addHook('onRequest', (request, _reply, done) => {
    done(READ_METHODS.has(request.method) ? undefined : findRejection(routeKeyOf(request)));
  });
  fastify.addHook('preValidation', (request, _reply, done) => {
    if (READ_METHODS.has(request.method)) return done();
    const kind = routeKeyOf(request);
    const refused = findRejection(kind);
    if (refused) return done(refused);
    inProgress.set(kind, (inProgress.get(kind) ?? 0) + 1);
    routeKeys.set(request, kind);
    rejectors.set(request, () => rejectUntil.set(kind, performance.now() + OVERLOAD_REJECTION_MS));
    done();
  });
  fastify.addHook('onResponse', (request, _reply, done) => {
    release(request);
    done();
  });
  fastify.addHook('onRequestAbort', (request, done) => {
    release(request);
    done();
  });
}
