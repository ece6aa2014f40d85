import type { FastifyInstance, FastifyRequest } from 'fastify';

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers':
    'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Correlation-Id, X-Device-Token, X-Requested-With, traceparent',
  'access-control-max-age': '600',
};
/** Response headers that a page may read in addition to the CORS-safelisted ones. */
const EXPOSED = 'ETag, Idempotency-Replayed, Link, Location, Retry-After, X-Correlation-Id';

/**
 * Allows cross-origin requests from these origins (Fetch Standard, CORS protocol), compared exactly. There is no wildcard, and
 * no `Access-Control-Allow-Credentials`, because the API uses no cookies. Without origins no header is added.
 *
 * Not @fastify/cors: it answers preflights by a route for every path, which would exclude OPTIONS from the 404 and 405
 * handling, and rejects invalid ones with plain text instead of a problem.
 */
export function useCors(fastify: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const answers = new Map(origins.map((origin) => [origin, answersTo(origin)]));
  fastify.addHook('onRequest', (request, reply, done) => {
    // Also added to requests without Origin, or a cache could serve them the wrong variant.
    reply.header('vary', 'Origin');
    const answer = answers.get(request.headers.origin ?? '');
    if (!answer) return done();
    if (isPreflight(request)) return void reply.status(204).headers(answer.preflight).send();
    reply.headers(answer.plain);
    done();
  });
}

const isPreflight = ({ method, headers }: FastifyRequest): boolean =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;

const answersTo = (origin: string) => ({
  preflight: { 'access-control-allow-origin': origin, ...PREFLIGHT },
  plain: { 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED },
});
