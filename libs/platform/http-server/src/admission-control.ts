import { randomInt } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Overloaded } from '#kernel';

/** More than one process does side by side, few enough that each still gets its turn at the database. */
const MAX_CONCURRENT_WRITES = 100;
/** So long one word of being overloaded holds for everybody who asks for the same. */
const OVERLOAD_REJECTION_MS = 250;
const READ_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Made once: where it was thrown is of no interest, and finding that out costs more than the rest of a refusal. */
const OVERLOADED_ERRORS = [1, 2, 3].map(
  (seconds) => new Overloaded('Too many do this at this moment. Please try again.', seconds),
);

const routeKeyOf = (request: FastifyRequest): string => `${request.method} ${request.routeOptions.url}`;
const rejectors = new WeakMap<FastifyRequest, () => void>();

/** What this request asked for has too many takers: for a moment, who comes for the same is refused at the door. */
export const rejectNewRequests = (request: FastifyRequest): void => rejectors.get(request)?.();

/**
 * At most so many of one kind of write at the same time. Whoever comes when it is full is told at once, before anything is
 * done for him, so that those inside are served in time instead of all failing together (OWASP ASVS 15.2.2). Counted from
 * when a request is there as a whole: slow senders take nobody's place.
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
  // Before its body is read: that is most of what a refusal costs.
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
