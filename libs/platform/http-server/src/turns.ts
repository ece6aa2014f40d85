import type { FastifyInstance } from 'fastify';

/** Writes that begin in one turn of the event loop: a few milliseconds of work. */
const MOST = 8;
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * When hundreds write at the same instant, they begin a few at a time, and what else is to be read from the network is read
 * in between: one who only asks whether the program lives does not wait for all of them.
 */
export function useTurns(fastify: FastifyInstance, most = MOST): void {
  const waiting: (() => void)[] = [];
  let begun = 0;
  const next = (): void => {
    begun = 0;
    for (const begin of waiting.splice(0, most)) begin();
  };
  const begin = (work: () => void): void => {
    if (begun === 0) setImmediate(next);
    begun++;
    work();
  };
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (READS.has(request.method)) done();
    else if (begun < most) begin(done);
    else waiting.push(() => begin(done));
  });
}
