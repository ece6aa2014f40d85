import type { FastifyInstance, FastifyRequest } from 'fastify';

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers':
    'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Correlation-Id, X-Device-Token, X-Requested-With, traceparent',
  'access-control-max-age': '600',
};
/** What a page may read beside the few headers that it may read anyway. */
const EXPOSED = 'ETag, Idempotency-Replayed, Link, Location, Retry-After, X-Correlation-Id';

/**
 * Pages of these origins may call (Fetch Standard, CORS protocol). Each is compared to the letter; there is no wildcard, and
 * no `Access-Control-Allow-Credentials`, because no cookie is needed: what a browser keeps in one, a page sends in a header. Without origins nothing is added at all.
 *
 * Not @fastify/cors: it answers preflights by a route for every address, which would take OPTIONS away from the 404 and 405
 * of the rest of the program, and refuses bad ones with text instead of a problem.
 */
export function useCors(fastify: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const answers = new Map(origins.map((origin) => [origin, answersTo(origin)]));
  fastify.addHook('onRequest', (request, reply, done) => {
    // Also for those who send none, or a cache would give them the answer of the other kind.
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
