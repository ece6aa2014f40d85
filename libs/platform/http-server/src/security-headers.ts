import type { FastifyInstance } from 'fastify';

/** Nothing is loaded by an answer that is data, and no page may frame it (OWASP ASVS 3.4.3, 3.4.6). */
const DATA_CSP = "default-src 'none'; frame-ancestors 'none'";
const ONE_YEAR = 31_536_000;
const DOCS_PAGE = /^\/docs(\/|\/index\.html)?(\?|$)/;

/**
 * On every answer, also where Node or Fastify answers by itself. Whoever answers may replace single ones: a page its policy,
 * what is public its `Cache-Control`.
 */
export const securityHeaders = (publicUrl: string): Readonly<Record<string, string>> => ({
  'cache-control': 'no-store',
  'content-security-policy': DATA_CSP,
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  ...(publicUrl.startsWith('https:') ? { 'strict-transport-security': `max-age=${ONE_YEAR}; includeSubDomains` } : {}),
});

/** Set before anything else, in one go. */
export function useSecurityHeaders(fastify: FastifyInstance, publicUrl: string): void {
  const data = securityHeaders(publicUrl);
  const docs = { ...data, 'content-security-policy': docsCsp(publicUrl) };
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.headers(request.url.startsWith('/docs') && DOCS_PAGE.test(request.url) ? docs : data);
    done();
  });
}

/** Swagger UI: scripts and styles of our own, its pictures are data, its inline styles; and calls to what it describes. */
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
