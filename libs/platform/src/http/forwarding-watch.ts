import type { FastifyInstance } from 'fastify';
import { isWithin } from '../config/networks.js';
import type { Log } from '../telemetry/logger.js';
import { sourcePrefix } from './source.js';

const MOST_REMEMBERED = 100;

/**
 * Says once per peer that its X-Forwarded-For is not believed. Behind a proxy that TRUST_PROXY does not name, everybody is
 * one source and shares one set of limits: whoever runs it must be able to see why.
 */
export function useForwardingWatch(fastify: FastifyInstance, trustProxy: readonly string[], log: Log): void {
  const isTrusted = isWithin(trustProxy);
  const told = new Set<string>();
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (request.headers['x-forwarded-for'] !== undefined) warn(request.raw.socket.remoteAddress ?? '');
    done();
  });

  function warn(peer: string): void {
    if (isTrusted(peer) || told.has(sourcePrefix(peer)) || told.size >= MOST_REMEMBERED) return;
    told.add(sourcePrefix(peer));
    log.warn(
      { peer: sourcePrefix(peer), setting: 'TRUST_PROXY' },
      'X-Forwarded-For from a peer that is not trusted: it is ignored, and its callers count as one source',
    );
  }
}
