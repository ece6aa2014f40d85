import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useCors } from './cors.js';

const APP = 'https://app.example';
const OTHERS = [
  'https://evil.example',
  'http://app.example',
  `${APP}.evil.example`,
  `${APP}:8443`,
  `${APP}/`,
  'null',
  '*',
];

describe('CORS', () => {
  let fastify: FastifyInstance;
  const start = (...origins: string[]) => {
    fastify = Fastify();
    useCors(fastify, origins);
    fastify.post('/things', async () => ({}));
  };
  const call = (origin?: string, method: 'POST' | 'OPTIONS' = 'POST', more: object = {}) =>
    fastify.inject({ method, url: '/things', headers: { ...(origin ? { origin } : {}), ...more } });
  const preflight = (origin: string) => call(origin, 'OPTIONS', { 'access-control-request-method': 'POST' });
  const corsOf = ({ headers }: { headers: object }) =>
    Object.keys(headers).filter((name) => name.startsWith('access-control') || name === 'vary');

  beforeEach(() => start(APP, 'https://other.example'));
  afterEach(() => fastify.close());

  it('lets a page of a listed origin read the response and the exposed headers', async () => {
    const { statusCode, headers } = await call(APP);
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({ 'access-control-allow-origin': APP, vary: 'Origin' });
    expect(String(headers['access-control-expose-headers']).split(', ').sort()).toEqual(
      ['ETag', 'Idempotency-Replayed', 'Link', 'Location', 'Retry-After', 'X-Correlation-Id'].sort(),
    );
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it('answers a preflight before authentication', async () => {
    const { statusCode, headers, body } = await preflight(APP);
    expect([statusCode, body]).toEqual([204, '']);
    expect(headers).toMatchObject({ 'access-control-allow-origin': APP, vary: 'Origin' });
    expect(headers['access-control-allow-methods']).toContain('PATCH');
    expect(headers['access-control-allow-headers']).toMatch(/Authorization.*Idempotency-Key.*If-Match.*X-Device-Token/);
  });

  it.each(OTHERS)('allows nothing for the origin %s, and answers its preflight with 405', async (origin) => {
    expect(corsOf(await call(origin))).toEqual(['vary']);
    const refused = await preflight(origin);
    expect([refused.statusCode, corsOf(refused)]).toEqual([404, ['vary']]);
  });

  it('treats a request without origin, or OPTIONS without preflight, as an ordinary request that varies by origin', async () => {
    expect(corsOf(await call())).toEqual(['vary']);
    expect((await call(APP, 'OPTIONS')).statusCode).toBe(404);
  });

  it('adds no header without origins', async () => {
    await fastify.close();
    start();
    expect([corsOf(await call(APP)), corsOf(await preflight(APP))]).toEqual([[], []]);
    expect((await preflight(APP)).statusCode).toBe(404);
  });
});
