import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Unavailable } from '#kernel';
import { setDeadline } from '#platform/observability';

/** Milliseconds after which an unanswered request gets 503. The sum of all timeouts on its path should be lower. */
export const REQUEST_DEADLINE_MS = 10_000;
const CHECK_INTERVAL_MS = 250;

interface PendingRequest {
  readonly reply: FastifyReply;
  readonly since: number;
}

/**
 * Sets one deadline for every request: it gets 503, and from then on none of its transactions begins or commits (`isOverdue`).
 * Checked four times a second: a timer for each request would cost more.
 */
export function useRequestDeadlines(fastify: FastifyInstance, deadlineMs = REQUEST_DEADLINE_MS): void {
  const waiting = new Map<FastifyRequest, PendingRequest>();
  const timer = setInterval(() => {
    const overdue = performance.now() - deadlineMs;
    // The oldest requests come first.
    for (const [request, { reply, since }] of waiting) {
      if (since > overdue) return;
      waiting.delete(request);
      // A streamed response has started in time.
      if (!reply.sent && !reply.raw.headersSent)
        reply.send(new Unavailable('The answer took too long. Please try again.'));
    }
  }, CHECK_INTERVAL_MS);
  timer.unref();
  // The deadline starts when the request has been received completely: slow senders have their own limits.
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
