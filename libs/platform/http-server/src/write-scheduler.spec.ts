import { setImmediate } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useWriteScheduler } from './write-scheduler.js';

describe('useWriteScheduler [LD-03]', () => {
  let fastify: FastifyInstance;
  let begun: string[];

  const send = (method: 'GET' | 'POST', url: string) =>
    fastify.inject({ method, url }).then(({ statusCode }) => statusCode);
  const posts = (count: number) => Array.from({ length: count }, (_, n) => send('POST', `/${n}`));

  beforeEach(async () => {
    begun = [];
    fastify = Fastify();
    useWriteScheduler(fastify, 3);
    fastify.addHook('onRequest', (request, _reply, done) => {
      begun.push(`${request.method} ${request.url}`);
      done();
    });
    fastify.all('/:n', async () => ({}));
    await fastify.ready();
  });
  afterEach(() => fastify.close());

  it('answers a hundred simultaneous writes, in order', async () => {
    expect(new Set(await Promise.all(posts(100)))).toEqual(new Set([200]));
    expect(begun).toEqual(Array.from({ length: 100 }, (_, n) => `POST /${n}`));
  });

  it('starts only a few simultaneous writes in a turn, and does not delay a read', async () => {
    const all = [...posts(9), send('GET', '/read')];
    while (begun.length === 0) await setImmediate();
    expect(begun).toContain('GET /read');
    expect(begun.length).toBeLessThan(9);
    expect(new Set(await Promise.all(all))).toEqual(new Set([200]));
    expect(begun).toHaveLength(10);
  });
});
