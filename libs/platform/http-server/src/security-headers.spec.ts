import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { useSecurityHeaders } from './security-headers.js';

let fastify: FastifyInstance;
afterEach(() => fastify.close());

async function headersOf(url: string, publicUrl = 'http://127.0.0.1:3000') {
  fastify = Fastify();
  useSecurityHeaders(fastify, publicUrl);
  fastify.get('/public', async (_, reply) => void (await reply.header('cache-control', 'public').send({})));
  fastify.get('/broken', async () => {
    throw new Error('broken');
  });
  return (await fastify.inject(url)).headers;
}

describe('security headers', () => {
  it.each(['/public', '/broken', '/nowhere'])('sets all headers on %s', async (url) => {
    expect(await headersOf(url)).toMatchObject({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
  });

  it('forbids caching by default, and keeps an explicit Cache-Control [ST-09]', async () => {
    expect((await headersOf('/nowhere'))['cache-control']).toBe('no-store');
    expect((await headersOf('/public'))['cache-control']).toBe('public');
  });

  it('sets Strict-Transport-Security for one year with https, and not with http', async () => {
    const strict = async (publicUrl: string) => (await headersOf('/public', publicUrl))['strict-transport-security'];
    expect(await strict('https://foyer.example')).toBe('max-age=31536000; includeSubDomains');
    expect(await strict('http://https.example')).toBeUndefined();
  });

  it.each(['/docs', '/docs/', '/docs?x=1', '/docs/index.html'])('allows scripts on the page %s', async (url) => {
    const policy = String((await headersOf(url, 'https://foyer.example/app'))['content-security-policy']);
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self' https://foyer.example;");
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe|\*/);
  });

  it.each(['/docs/openapi.json', '/docsx', '/v1/docs', '/x?/docs'])('allows no scripts on %s', async (url) => {
    expect((await headersOf(url))['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'");
  });
});
