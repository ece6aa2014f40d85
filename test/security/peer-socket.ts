import net from 'node:net';
import type { Reply } from '../support/http-message.js';
import { parseReply } from '../support/raw-http.js';

/** A connection from one loopback address, so that tests have many peers. */
export class PeerSocket {
  readonly #socket: net.Socket;
  #received = Buffer.alloc(0);
  #onChange: (() => void) | undefined;
  closed = false;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#onChange?.();
    });
    socket.on('error', () => undefined); // the close that follows tells
    socket.on('close', () => {
      this.closed = true;
      this.#onChange?.();
    });
  }

  static async open(port: number, localAddress?: string, host = '127.0.0.1'): Promise<PeerSocket> {
    const from = localAddress === undefined ? {} : { localAddress };
    const socket = net.connect({ port, host, ...from, noDelay: true });
    await new Promise<void>((resolve, reject) => void socket.once('connect', resolve).once('error', reject));
    return new PeerSocket(socket);
  }

  /** @throws Error when the connection ends, or `timeoutMs` pass, without an answer */
  request(bytes: string, timeoutMs = 15_000): Promise<Reply> {
    this.#received = Buffer.alloc(0);
    this.send(bytes);
    return this.waitForReply(timeoutMs);
  }

  send(bytes: string): void {
    this.#socket.write(bytes);
  }

  waitForReply(timeoutMs = 15_000): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const end = (work: () => void): void => {
        this.#onChange = undefined;
        clearTimeout(timer);
        work();
      };
      const timer = setTimeout(() => end(() => reject(new Error(`no answer within ${timeoutMs} ms`))), timeoutMs);
      this.#onChange = () => {
        const reply = parseReply(this.#received, this.closed);
        if (reply) end(() => resolve(reply));
        else if (this.closed) end(() => reject(new Error('the connection was closed without an answer')));
      };
      this.#onChange();
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** So many connections of one peer, 50 at a time. @param bytes that each sends at once */
export async function openPeerSockets(
  port: number,
  localAddress: string | undefined,
  count: number,
  bytes = '',
  host = '127.0.0.1',
): Promise<PeerSocket[]> {
  const sockets: PeerSocket[] = [];
  const open = async (): Promise<PeerSocket> => {
    const socket = await PeerSocket.open(port, localAddress, host);
    if (bytes) socket.send(bytes);
    return socket;
  };
  while (sockets.length < count) {
    const next = Array.from({ length: Math.min(50, count - sockets.length) }, open);
    sockets.push(...(await Promise.all(next)));
  }
  return sockets;
}

export const encodeGet = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`;

/** One request on a connection of its own; the status, or why there is none. */
export async function fetchStatusFrom(port: number, localAddress: string, path: string): Promise<number | string> {
  const socket = await PeerSocket.open(port, localAddress);
  const reply = await socket.request(encodeGet(path)).catch((error: Error) => error.message);
  socket.close();
  return typeof reply === 'string' ? reply : reply.status;
}
