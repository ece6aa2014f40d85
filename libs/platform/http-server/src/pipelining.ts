import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of one connection that may be under way. Node takes up all that a connection has sent, whatever they cost. */
export const MOST_PIPELINED = 8;

/** Closes a connection that sends more requests without waiting for answers (RFC 9112, 9.3.2, lets a server do so). */
export function limitPipelining(server: Server): void {
  const underWay = new WeakMap<Socket, number>();
  const answer = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const count = (underWay.get(socket) ?? 0) + 1;
    if (socket.destroyed || count > MOST_PIPELINED) return void socket.destroy();
    underWay.set(socket, count);
    response.once('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
    for (const listener of answer) listener.call(server, request, response as Parameters<RequestListener>[1]);
  });
}
