import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isWithin } from '#platform/config';
import { forwardedAddress, sourcePrefix } from '#platform/http';
import type { Log } from '#platform/observability';

const MOST_REMEMBERED = 100;
const UNREADABLE_AGAIN_MS = 60_000;

/**
 * Says why callers count as one source and share one set of limits, so that whoever runs the program can mend it: once per
 * peer whose X-Forwarded-For is not believed, because TRUST_PROXY does not name it; and at most once a minute when a trusted
 * proxy forwards something that is no address.
 */
export function useForwardingWatch(
  fastify: FastifyInstance,
  trustProxy: readonly string[],
  log: Log,
  now: () => number = () => performance.now(),
): void {
  const isTrusted = isWithin(trustProxy);
  const told = new Set<string>();
  let silentUntil = Number.NEGATIVE_INFINITY;
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (request.headers['x-forwarded-for'] !== undefined) look(request, request.raw.socket.remoteAddress ?? '');
    done();
  });

  function look(request: FastifyRequest, peer: string): void {
    if (!isTrusted(peer)) warnOfPeer(peer);
    else if (now() >= silentUntil && forwardedAddress(request.ip) === undefined) warnOfUnreadable(peer);
  }

  function warnOfPeer(peer: string): void {
    if (told.has(sourcePrefix(peer)) || told.size >= MOST_REMEMBERED) return;
    told.add(sourcePrefix(peer));
    log.warn(
      { peer: sourcePrefix(peer), setting: 'TRUST_PROXY' },
      'X-Forwarded-For from a peer that is not trusted: it is ignored, and its callers count as one source',
    );
  }

  function warnOfUnreadable(peer: string): void {
    silentUntil = now() + UNREADABLE_AGAIN_MS;
    log.warn(
      { peer: sourcePrefix(peer), setting: 'TRUST_PROXY' },
      'X-Forwarded-For from a trusted proxy has no address where the client’s should be, and its callers count as one source: ' +
        'let the proxy write the address, as 192.0.2.7, 192.0.2.7:4711, 2001:db8::1 or [2001:db8::1]:4711',
    );
  }
}
