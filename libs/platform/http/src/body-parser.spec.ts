import Fastify, { type FastifyError } from 'fastify';
import { afterAll, describe, expect, it } from 'vitest';
import { DomainError } from '#kernel';
import { useStrictBodyParser } from './body-parser.js';

const fastify = Fastify();
useStrictBodyParser(fastify, 1024);
fastify.route({ method: ['PATCH', 'POST'], url: '/', handler: async ({ body }) => ({ read: body }) });
fastify.setErrorHandler((error: FastifyError | DomainError, _request, reply) =>
  reply.send({ refused: error instanceof DomainError ? error.code : error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' }),
);
afterAll(() => fastify.close());

const READ = { read: { a: 1 } };
const REFUSED = { refused: 'request.unsupported_media_type' };

async function sent(method: 'PATCH' | 'POST', headers: Record<string, string>): Promise<unknown> {
  const type = { 'content-type': 'application/json' };
  return (await fastify.inject({ method, url: '/', headers: { ...type, ...headers }, payload: '{"a":1}' })).json();
}

describe('useStrictBodyParser', () => {
  it('rejects any Content-Encoding but identity [AC-37]', async () => {
    for (const coding of ['gzip', 'br', 'deflate', 'GZIP', 'gzip, identity', 'x'])
      expect([coding, await sent('POST', { 'content-encoding': coding })]).toEqual([coding, REFUSED]);
    for (const coding of ['identity', 'Identity', ''])
      expect([coding, await sent('POST', { 'content-encoding': coding })]).toEqual([coding, READ]);
  });

  it('accepts application/merge-patch+json for PATCH', async () => {
    const type = { 'content-type': 'application/merge-patch+json' };
    expect([await sent('PATCH', type), await sent('POST', type)]).toEqual([READ, REFUSED]);
  });
});
