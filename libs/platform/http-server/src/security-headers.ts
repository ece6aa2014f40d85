import type { FastifyInstance } from 'fastify';

/** A data response loads nothing, and no page may frame it (OWASP ASVS 3.4.3, 3.4.6). */
const DATA_CSP = "default-src 'none'; frame-ancestors 'none'";
const ONE_YEAR = 31_536_000;
const DOCS_PAGE = /^\/docs(\/|\/index\.html)?(\?|$)/;

/**
 * Headers of every response, including those that Node or Fastify generate. A handler may replace individual headers: a page
 * its policy, public content its `Cache-Control`.
 */
export const securityHeaders = (publicUrl: string): Readonly<Record<string, string>> => ({
  'cache-control': 'no-store',
  'content-security-policy': DATA_CSP,
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  ...(publicUrl.startsWith('https:') ? { 'strict-transport-security': `max-age=${ONE_YEAR}; includeSubDomains` } : {}),
});

/** Sets the headers first, in one call. */
export function useSecurityHeaders(fastify: FastifyInstance, publicUrl: string): void {
  const data = securityHeaders(publicUrl);
  const docs = { ...data, 'content-security-policy': docsCsp(publicUrl) };
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.headers(request.url.startsWith('/docs') && DOCS_PAGE.test(request.url) ? docs : data);
    done();
  });
}

/** Policy of Swagger UI: local scripts and styles, images from data URLs, inline styles, and requests to this API. */
const docsCsp = (publicUrl: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    `connect-src 'self' ${new URL(publicUrl).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
