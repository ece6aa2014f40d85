import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reply } from './http-message.js';
import { parseReply } from './raw-http.js';

export interface RawExchange {
  /** Everything that came back, as it came. */
  readonly text: string;
  /** The status of every answer, in order; an interim 100 counts. A body need not end with a line. */
  readonly statuses: readonly number[];
  /** Whether the other side hung up. */
  readonly closed: boolean;
  /** From the first byte sent to the end. */
  readonly ms: number;
}

const connect = (base: string): net.Socket => {
  const { hostname, port } = new URL(base);
  return net.connect({ host: hostname, port: Number(port), noDelay: true });
};

/**
 * Sends exactly these bytes, waiting so many milliseconds wherever a number stands between them, and listens until the
 * other side hangs up or `timeoutMs` have passed.
 */
export async function exchangeBytes(
  base: string,
  pieces: readonly (string | Uint8Array | number)[],
  timeoutMs = 10_000,
): Promise<RawExchange> {
  const socket = connect(base);
  const chunks: Buffer[] = [];
  const start = performance.now();
  let closed = false;
  socket.on('error', () => {}); // hung up on while we still talk
  socket.on('data', (chunk) => chunks.push(chunk));
  const end = new Promise<void>((resolve) => socket.once('close', () => resolve())).then(() => {
    closed = true;
  });
  const talk = async (): Promise<void> => {
    for (const piece of pieces) {
      if (closed) return;
      if (typeof piece === 'number') await sleep(piece);
      else socket.write(piece);
    }
  };
  await Promise.race([Promise.all([talk(), end]), sleep(timeoutMs, undefined, { ref: false })]);
  const ms = performance.now() - start;
  socket.destroy();
  const text = Buffer.concat(chunks).toString('latin1');
  const statuses = [...text.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map(([, status]) => Number(status));
  return { text, statuses, closed, ms };
}

/** The first answer in what came back. @throws Error if there is none */
export function firstReply({ text }: RawExchange): Reply {
  const reply = parseReply(Buffer.from(text, 'latin1'), true);
  if (!reply) throw new Error(`no answer in: ${JSON.stringify(text.slice(0, 200))}`);
  return reply;
}

/** One keep-alive connection on which requests are written by hand; a closed one is opened again. */
export class KeepAliveConnection {
  #socket: net.Socket | undefined;

  constructor(
    private readonly base: string,
    private readonly timeoutMs = 10_000,
  ) {}

  /** @throws Error when there is no complete answer in time, or none at all */
  send(bytes: string | Uint8Array, o: { readonly head?: boolean } = {}): Promise<Reply> {
    const socket = this.#open();
    return new Promise((resolve, reject) => {
      let received = Buffer.alloc(0);
      const settle = (reply: Reply | undefined, why: string): void => {
        clearTimeout(timer);
        socket.removeAllListeners('data').removeAllListeners('close');
        if (!reply || reply.headers.get('connection') === 'close') this.close();
        if (reply) resolve(reply);
        else reject(new Error(`${why}; received: ${JSON.stringify(received.toString('latin1').slice(0, 200))}`));
      };
      const timer = setTimeout(
        () => settle(undefined, `no complete answer within ${this.timeoutMs} ms`),
        this.timeoutMs,
      );
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk]);
        const reply = parseReply(received, o.head === true && received.includes('\r\n\r\n'));
        if (reply) settle(reply, '');
      });
      socket.once('close', () => settle(parseReply(received, true), 'the connection was closed without an answer'));
      socket.write(bytes);
    });
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #open(): net.Socket {
    if (this.#socket && !this.#socket.destroyed && this.#socket.writable) return this.#socket;
    this.#socket = connect(this.base);
    this.#socket.on('error', () => {}); // the close that follows tells
    return this.#socket;
  }
}

/** Asks everything over so many connections and hands every answer, or what came instead of one, to `look`. */
export async function sendAll<T>(
  base: string,
  items: readonly T[],
  bytesOf: (item: T) => string | Uint8Array,
  look: (item: T, reply: Reply | Error) => void,
  o: { readonly connections?: number; readonly head?: boolean; readonly timeoutMs?: number } = {},
): Promise<void> {
  const queue = items.values();
  const work = async (): Promise<void> => {
    const line = new KeepAliveConnection(base, o.timeoutMs);
    for (const item of queue) look(item, await line.send(bytesOf(item), o).catch((error: Error) => error));
    line.close();
  };
  await Promise.all(Array.from({ length: o.connections ?? 8 }, work));
}

/** A request as bytes; the body's length is told unless `framing` says otherwise. */
export function encodeRawRequest(
  method: string,
  target: string,
  o: { readonly headers?: readonly string[]; readonly body?: string | Uint8Array; readonly framing?: string } = {},
): Buffer {
  const body = Buffer.from(o.body ?? '');
  const framing = o.framing ?? (body.length > 0 ? `content-length: ${body.length}` : '');
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'host: 127.0.0.1',
    ...(o.headers ?? []),
    ...(framing ? [framing] : []),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}
