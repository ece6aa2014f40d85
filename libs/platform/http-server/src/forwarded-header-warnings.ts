import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createNetworkMatcher } from '#platform/config';
import { clientNetworkOf, parseForwardedAddress } from '#platform/http';
import type { Log } from '#platform/observability';

const MAX_WARNED_PEERS = 100;
const WARNING_INTERVAL_MS = 60_000;

/**
 * Warns the operator when clients count as one source and share its limits. Warns once for each peer whose X-Forwarded-For is
 * ignored because TRUST_PROXY does not list it, and at most once a minute when a trusted proxy forwards something that is not
 * an address.
 */
export function useForwardedHeaderWarnings(
  fastify: FastifyInstance,
  trustProxy: readonly string[],
  log: Log,
  now: () => number = () => performance.now(),
): void {
  const isTrusted = createNetworkMatcher(trustProxy);
  const warnedPeers = new Set<string>();
  let nextWarningAt = Number.NEGATIVE_INFINITY;
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (request.headers['x-forwarded-for'] !== undefined) check(request, request.raw.socket.remoteAddress ?? '');
    done();
  });

  function check(request: FastifyRequest, peer: string): void {
    if (!isTrusted(peer)) warnAboutUntrustedPeer(peer);
    else if (now() >= nextWarningAt && parseForwardedAddress(request.ip) === undefined) warnAboutInvalidAddress(peer);
  }

  function warnAboutUntrustedPeer(peer: string): void {
    if (warnedPeers.has(clientNetworkOf(peer)) || warnedPeers.size >= MAX_WARNED_PEERS) return;
    warnedPeers.add(clientNetworkOf(peer));
    log.warn(
      { peer: clientNetworkOf(peer), setting: 'TRUST_PROXY' },
      'X-Forwarded-For from an untrusted peer is ignored, and its clients count as one source: if it is a proxy, add it to TRUST_PROXY',
    );
  }

  function warnAboutInvalidAddress(peer: string): void {
    nextWarningAt = now() + WARNING_INTERVAL_MS;
    log.warn(
      { peer: clientNetworkOf(peer), setting: 'TRUST_PROXY' },
      'X-Forwarded-For from a trusted proxy does not contain the client address, and its clients count as one source: ' +
        'configure the proxy to send the address as 192.0.2.7, 192.0.2.7:4711, 2001:db8::1 or [2001:db8::1]:4711',
    );
  }
}
