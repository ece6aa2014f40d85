import { setTimeout } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useRequestDeadlines } from './request-deadlines.js';

describe('useRequestDeadlines', () => {
  let fastify: FastifyInstance;
  let late: () => void;

  beforeEach(() => {
    fastify = Fastify();
    useRequestDeadlines(fastify, 300);
    fastify.setErrorHandler((error, _request, reply) =>
      reply.status(503).send({ code: (error as { code?: string }).code }),
    );
    fastify.get('/quick', async () => ({}));
    fastify.get('/slow', async () => {
      await new Promise<void>((resolve) => {
        late = resolve;
      });
      return { late: true };
    });
  });
  afterEach(() => fastify.close());

  it('returns 503 after the deadline when work hangs, and drops its later result [FM-D3]', async () => {
    const begun = performance.now();
    const answer = await fastify.inject('/slow');
    expect([answer.statusCode, answer.json()]).toEqual([503, { code: 'service.unavailable' }]);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(299);
    late();
    await setTimeout(10);
    expect((await fastify.inject('/quick')).statusCode).toBe(200);
  });

  it('adds nothing to a response in time', async () => {
    expect((await fastify.inject('/quick')).json()).toEqual({});
    await setTimeout(700);
    expect((await fastify.inject('/quick')).statusCode).toBe(200);
  });
});
