import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of one connection that may be under way. Node takes up all that a connection has sent, whatever they cost. */
export const MAX_PIPELINED_REQUESTS = 8;

/** Closes a connection that sends more requests without waiting for answers (RFC 9112, 9.3.2, lets a server do so). */
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
