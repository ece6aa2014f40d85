import type { IncomingHttpHeaders } from 'node:http';
import { DomainError } from '#kernel';
import { isLoopbackAddress, isLoopbackHost } from '#platform/config';

/** The dev mailbox shows codes: only a person at this machine may read it, unless it is meant to be public. */
export class HostNotAllowed extends DomainError {
  readonly code = 'dev.host_not_allowed';
  readonly kind = 'forbidden';

  constructor() {
    super(
      'The dev mailbox answers on this machine only: call it at http://localhost or http://127.0.0.1, through no proxy and not from another site.',
    );
  }
}

/** What is asked of a call; a Fastify request has it. */
export interface MailboxRequest {
  readonly headers: IncomingHttpHeaders;
  /** What a trusted proxy says of the caller, or the peer. */
  readonly ip: string;
  readonly raw: {
    readonly httpVersion: string;
    readonly url?: string | undefined;
    readonly socket: { readonly remoteAddress?: string | undefined };
  };
}

const HOST_HEADER = /^(\[[0-9a-f:.]+\]|[^\s:/?#@[\]]+)(?::\d{1,5})?$/;

/** Headers by which proxies, load balancers and content networks say for whom they ask. */
const PROXY_HEADER_PATTERN =
  /^(x-forwarded(-.+)?|x-original-(host|for|forwarded-for|url)|x-envoy-.+|x-amz-cf-id|cf-.+)$/;
const PROXY_HEADER_NAMES = new Set([
  ...['forwarded', 'via', 'cdn-loop', 'x-real-ip', 'x-client-ip', 'x-cluster-client-ip', 'true-client-ip'],
  ...['client-ip', 'fastly-client-ip', 'fly-client-ip', 'x-azure-clientip', 'x-appengine-user-ip', 'x-proxyuser-ip'],
  ...['x-host', 'x-rewrite-url', 'x-scheme', 'x-forward-for', 'x-remote-ip', 'x-remote-addr', 'x-originating-ip'],
  ...['x-source-ip', 'x-nginx-proxy', 'x-varnish', 'x-azure-socketip', 'x-vercel-forwarded-for', 'front-end-https'],
  ...['proxy-client-ip', 'wl-proxy-client-ip', 'akamai-origin-hop', 'max-forwards'],
]);

/**
 * A site whose name is made to point at this machine (DNS rebinding) shows in `Host`; a site that merely calls shows in
 * the fetch metadata (W3C). A link that somebody clicks is no call: what it opens cannot be read by the site it stood on.
 * A proxy on this machine, which calls for others, shows in what it adds to the call.
 * @param isPublic others are meant to read the mailbox
 * @throws HostNotAllowed
 */
export function assertLocalRequest(request: MailboxRequest, isPublic: boolean): void {
  if (request.headers['sec-fetch-site'] === 'cross-site' && !isTopLevelNavigation(request.headers))
    throw new HostNotAllowed();
  if (!isPublic && !isLocalRequest(request)) throw new HostNotAllowed();
}

const isTopLevelNavigation = (headers: IncomingHttpHeaders): boolean =>
  headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';

const isLocalRequest = ({ headers, ip, raw }: MailboxRequest): boolean =>
  isLoopbackAddress(raw.socket.remoteAddress ?? '') &&
  isLoopbackAddress(ip) &&
  hasLoopbackHost(headers.host) &&
  !Object.keys(headers).some(isProxyHeader) &&
  // A target with a host of its own is for proxies (RFC 9112, 3.2.2).
  (raw.url === undefined || raw.url.startsWith('/')) &&
  // Some proxies add nothing, name this machine in `Host`, and speak HTTP/1.0 (nginx before 1.29.7, as it comes).
  raw.httpVersion !== '1.0';

function hasLoopbackHost(host: string | undefined): boolean {
  const name = HOST_HEADER.exec(host?.toLowerCase() ?? '')?.[1];
  return name !== undefined && isLoopbackHost(name);
}

const isProxyHeader = (header: string): boolean => PROXY_HEADER_NAMES.has(header) || PROXY_HEADER_PATTERN.test(header);
