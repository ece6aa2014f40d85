import { randomInt } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HashingBusy } from '#kernel';

/** More than one process does side by side, few enough that each still gets its turn at the database. */
const MOST = 100;
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * At most so many of one kind of write at the same time. Whoever comes when it is full is told at once, before anything is
 * done for him, so that those inside are served in time instead of all failing together (OWASP ASVS 15.2.2). Counted from
 * when a request is there as a whole: slow senders take nobody's place.
 */
export function useCrowd(fastify: FastifyInstance, most = MOST): void {
  const inside = new Map<string, number>();
  const kinds = new WeakMap<FastifyRequest, string>();
  const leave = (request: FastifyRequest): void => {
    const kind = kinds.get(request);
    if (kind === undefined) return;
    kinds.delete(request);
    inside.set(kind, (inside.get(kind) ?? 1) - 1);
  };
  fastify.addHook('preValidation', (request, _reply, done) => {
    if (READS.has(request.method)) return done();
    const kind = `${request.method} ${request.routeOptions.url}`;
    const count = inside.get(kind) ?? 0;
    if (count >= most)
      return done(new HashingBusy('Too many do this at this moment. Please try again.', 1 + randomInt(3)));
    inside.set(kind, count + 1);
    kinds.set(request, kind);
    done();
  });
  fastify.addHook('onResponse', (request, _reply, done) => {
    leave(request);
    done();
  });
  fastify.addHook('onRequestAbort', (request, done) => {
    leave(request);
    done();
  });
}
