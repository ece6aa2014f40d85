import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Unavailable } from '#kernel';
import { setDeadline } from '#platform/observability';

/** Milliseconds after which a request that has no answer yet gets 503; the sum of all waits on its way is meant to be less. */
export const REQUEST_DEADLINE_MS = 10_000;
const CHECK_INTERVAL_MS = 250;

interface PendingRequest {
  readonly reply: FastifyReply;
  readonly since: number;
}

/**
 * One end for every request, whatever it waits for: 503, and from then on no transaction of it begins or commits
 * (`isOverdue`). Looked at four times a second: a timer for each request would cost more than the request line.
 */
export function useRequestDeadlines(fastify: FastifyInstance, deadlineMs = REQUEST_DEADLINE_MS): void {
  const waiting = new Map<FastifyRequest, PendingRequest>();
  const timer = setInterval(() => {
    const overdue = performance.now() - deadlineMs;
    // The oldest come first.
    for (const [request, { reply, since }] of waiting) {
      if (since > overdue) return;
      waiting.delete(request);
      // An answer that is sent in pieces has begun in time.
      if (!reply.sent && !reply.raw.headersSent)
        reply.send(new Unavailable('The answer took too long. Please try again.'));
    }
  }, CHECK_INTERVAL_MS);
  timer.unref();
  // From when the request is there as a whole: a slow sender has limits of his own.
  fastify.addHook('preValidation', (request, reply, done) => {
    const since = performance.now();
    waiting.set(request, { reply, since });
    setDeadline(since + deadlineMs);
    done();
  });
  fastify.addHook('onResponse', (request, _reply, done) => {
    waiting.delete(request);
    done();
  });
  fastify.addHook('onRequestAbort', (request, done) => {
    waiting.delete(request);
    done();
  });
  fastify.addHook('onClose', (_instance, done) => {
    clearInterval(timer);
    done();
  });
}
