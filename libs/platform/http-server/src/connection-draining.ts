import type { FastifyInstance } from 'fastify';

/**
 * While the process drains, every answer tells its client to use another connection the next time. Decided when it is sent:
 * a connection that a request from before keeps open would hold up the end.
 */
export function useConnectionDraining(fastify: FastifyInstance, isDraining: () => boolean): void {
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (isDraining()) reply.header('connection', 'close');
    done();
  });
}
