import { randomInt } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Overloaded } from '#kernel';

/** More than one process does side by side, few enough that each still gets its turn at the database. */
const MOST = 100;
/** So long one word of being overloaded holds for everybody who asks for the same. */
const SHUT_MS = 250;
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Made once: where it was thrown is of no interest, and finding that out costs more than the rest of a refusal. */
const REFUSALS = [1, 2, 3].map(
  (seconds) => new Overloaded('Too many do this at this moment. Please try again.', seconds),
);

const kindOf = (request: FastifyRequest): string => `${request.method} ${request.routeOptions.url}`;
const doors = new WeakMap<FastifyRequest, () => void>();

/** What this request asked for has too many takers: for a moment, who comes for the same is refused at the door. */
export const shutTheDoor = (request: FastifyRequest): void => doors.get(request)?.();

/**
 * At most so many of one kind of write at the same time. Whoever comes when it is full is told at once, before anything is
 * done for him, so that those inside are served in time instead of all failing together (OWASP ASVS 15.2.2). Counted from
 * when a request is there as a whole: slow senders take nobody's place.
 */
export function useCrowd(fastify: FastifyInstance, most = MOST): void {
  const inside = new Map<string, number>();
  const shutUntil = new Map<string, number>();
  const kinds = new WeakMap<FastifyRequest, string>();
  const leave = (request: FastifyRequest): void => {
    const kind = kinds.get(request);
    if (kind === undefined) return;
    kinds.delete(request);
    inside.set(kind, (inside.get(kind) ?? 1) - 1);
  };
  const refusal = (kind: string): Overloaded | undefined =>
    (inside.get(kind) ?? 0) >= most || (shutUntil.get(kind) ?? 0) > performance.now()
      ? REFUSALS[randomInt(REFUSALS.length)]
      : undefined;
  // Before its body is read: that is most of what a refusal costs.
  fastify.addHook('onRequest', (request, _reply, done) => {
    done(READS.has(request.method) ? undefined : refusal(kindOf(request)));
  });
  fastify.addHook('preValidation', (request, _reply, done) => {
    if (READS.has(request.method)) return done();
    const kind = kindOf(request);
    const refused = refusal(kind);
    if (refused) return done(refused);
    inside.set(kind, (inside.get(kind) ?? 0) + 1);
    kinds.set(request, kind);
    doors.set(request, () => shutUntil.set(kind, performance.now() + SHUT_MS));
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
