import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Maximum requests in flight on one connection. Node starts every request that a connection has sent, whatever its cost. */
export const MAX_PIPELINED_REQUESTS = 8;

/** Closes a connection that pipelines more requests than allowed (RFC 9112, 9.3.2, permits this). */
export function limitPipelining(server: Server): void {
  const inFlight = new WeakMap<Socket, number>();
  const answer = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const count = (inFlight.get(socket) ?? 0) + 1;
    if (socket.destroyed || count > MAX_PIPELINED_REQUESTS) return void socket.destroy();
    inFlight.set(socket, count);
    response.once('close', () => inFlight.set(socket, (inFlight.get(socket) ?? 1) - 1));
    for (const listener of answer) listener.call(server, request, response as Parameters<RequestListener>[1]);
  });
}
