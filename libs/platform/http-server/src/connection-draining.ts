import type { FastifyInstance } from 'fastify';

/**
 * While the process drains, every response closes its connection. Decided when the response is sent: a connection kept open by
 * an earlier request would delay the shutdown.
 */
export function useConnectionDraining(fastify: FastifyInstance, isDraining: () => boolean): void {
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (isDraining()) reply.header('connection', 'close');
    done();
  });
}
