import type { FastifyInstance } from 'fastify';

/** While the process drains, every answer tells its client to use another connection the next time. */
export function useDraining(fastify: FastifyInstance, isDraining: () => boolean): void {
  fastify.addHook('onRequest', (_request, reply, done) => {
    if (isDraining()) reply.header('connection', 'close');
    done();
  });
}
