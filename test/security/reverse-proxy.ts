import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReverseProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** What the proxy changes in the headers of a call. */
export type HeaderRewrite = (headers: IncomingHttpHeaders, peer: string) => IncomingHttpHeaders;

/** As most are set up: `Host` as the caller sent it, and where the call came from. */
export const FORWARD_CLIENT_ADDRESS: HeaderRewrite = (headers, peer) => ({ ...headers, 'x-forwarded-for': peer });

/** A reverse proxy on this machine, in front of `upstream`. */
export async function startReverseProxy(
  upstream: string,
  rewrite: HeaderRewrite = FORWARD_CLIENT_ADDRESS,
): Promise<ReverseProxy> {
  const { hostname, port } = new URL(upstream);
  const server = createServer((incoming, outgoing) => {
    const headers = rewrite(incoming.headers, '198.51.100.7');
    const call = request(
      { hostname, port, method: incoming.method, path: incoming.url, headers, timeout: 15_000 },
      (reply) => {
        outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(outgoing);
      },
    );
    call.on('error', () => outgoing.destroy());
    call.on('timeout', () => call.destroy());
    incoming.pipe(call);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
