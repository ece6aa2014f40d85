import { setImmediate, setTimeout } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rejectNewRequests, useAdmissionControl } from './admission-control.js';

describe('AdmissionControl [LD-03]', () => {
  let fastify: FastifyInstance;
  let letGo: (() => void)[];
  let seen: number;

  const post = (url = '/things') =>
    fastify.inject({ method: 'POST', url, payload: {} }).then(({ statusCode }) => statusCode);
  const turns = async () => {
    for (let n = 0; n < 20; n++) await setImmediate();
  };

  beforeEach(() => {
    [letGo, seen] = [[], 0];
    fastify = Fastify();
    useAdmissionControl(fastify, 2);
    fastify.setErrorHandler((error, _request, reply) => {
      const { code, retryAfter } = error as { code?: string; retryAfter?: number };
      reply.status(503).send({ code, retryAfter });
    });
    const slow = async () => {
      seen++;
      await new Promise<void>((resolve) => letGo.push(resolve));
      return {};
    };
    fastify.post('/things', slow);
    fastify.post('/other', slow);
    fastify.post('/broken', async () => {
      throw new Error('broken');
    });
    fastify.get('/things', async () => ({}));
  });
  afterEach(() => fastify.close());

  it('rejects a request beyond the limit before its body is parsed, with Retry-After', async () => {
    const inside = [post(), post()];
    await turns();
    const refused = await fastify.inject({ method: 'POST', url: '/things', payload: {} });
    expect([refused.statusCode, refused.json().code]).toEqual([503, 'service.overloaded']);
    expect(refused.json().retryAfter).toBeGreaterThan(0);
    expect(seen).toBe(2);
    letGo.pop()?.();
    await turns();
    const next = post();
    await turns();
    for (const go of letGo) go();
    expect(await Promise.all([...inside, next])).toEqual([200, 200, 200]);
  });

  it('does not limit other kinds of writes or reads when one kind is full', async () => {
    const inside = [post(), post(), post('/other')];
    await turns();
    expect((await fastify.inject('/things')).statusCode).toBe(200);
    expect(seen).toBe(3);
    for (const go of letGo) go();
    expect(await Promise.all(inside)).toEqual([200, 200, 200]);
  });

  it('rejects other requests unseen for a moment after one got Overloaded [LD-02]', async () => {
    fastify.post('/full', async (request) => {
      seen++;
      rejectNewRequests(request);
      throw new Error('too many');
    });
    expect([await post('/full'), await post('/full'), await post('/nowhere')]).toEqual([503, 503, 404]);
    expect(seen).toBe(1);
    await setTimeout(260);
    await post('/full');
    expect(seen).toBe(2);
  });

  it('releases the slot after a failure or a rejection', async () => {
    for (let n = 0; n < 9; n++) expect(await post('/broken')).toBe(503);
    for (let n = 0; n < 9; n++) expect(await post('/nowhere')).toBe(404);
  });
});
