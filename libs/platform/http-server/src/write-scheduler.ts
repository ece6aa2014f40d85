import type { FastifyInstance } from 'fastify';

/** Writes started in one turn of the event loop: a few milliseconds of work. */
const MAX_WRITES_PER_TICK = 8;
const READ_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Starts simultaneous writes a few at a time. Between the batches the event loop reads from the network, so that a liveness
 * probe does not wait for all writes.
 */
export function useWriteScheduler(fastify: FastifyInstance, maxPerTick = MAX_WRITES_PER_TICK): void {
  const waiting: (() => void)[] = [];
  let startedInTick = 0;
  const startWaiting = (): void => {
    startedInTick = 0;
    for (const start of waiting.splice(0, maxPerTick)) start();
  };
  const start = (work: () => void): void => {
    if (startedInTick === 0) setImmediate(startWaiting);
    startedInTick++;
    work();
  };
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (READ_METHODS.has(request.method)) done();
    else if (startedInTick < maxPerTick) start(done);
    else waiting.push(() => start(done));
  });
}
