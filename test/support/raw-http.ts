import net from 'node:net';
import {
  REQUEST_TIMEOUT_MS,
  type Reply,
  type RequestOptions,
  requestBody,
  requestHeaders,
  toReply,
} from './http-message.js';

/** A request as bytes, the way fetch would not let us touch it. */
export function encodeRequest(base: string, method: string, path: string, o: RequestOptions = {}): Buffer {
  const body = Buffer.from(requestBody(o) ?? '');
  const sized = body.length > 0 || !['GET', 'HEAD'].includes(method);
  const length = sized ? { 'content-length': String(body.length) } : {};
  const headers = { host: new URL(base).host, ...requestHeaders(o), ...length };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), body]);
}

/** A connection on which bytes are written by hand and one answer is read. */
export class RawConnection {
  readonly reply: Promise<Reply>;

  private constructor(
    private readonly socket: net.Socket,
    timeoutMs: number,
  ) {
    this.reply = readReply(socket, timeoutMs);
    this.reply.catch(() => {}); // whoever awaits it hears of it
  }

  /** @param base e.g. `http://127.0.0.1:3000` */
  static async open(base: string, timeoutMs = REQUEST_TIMEOUT_MS): Promise<RawConnection> {
    const { hostname, port } = new URL(base);
    const socket = net.connect({ host: hostname, port: Number(port) || 80, noDelay: true });
    await new Promise<void>((resolve, reject) => void socket.once('connect', resolve).once('error', reject));
    return new RawConnection(socket, timeoutMs);
  }

  /** Resolves when the system has taken the bytes. */
  write(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(): void {
    this.socket.destroy();
  }
}

/** Sends exactly these bytes and reads one answer. @throws Error if the connection ends without one. */
export async function sendRaw(base: string, bytes: string | Uint8Array, timeoutMs?: number): Promise<Reply> {
  const connection = await RawConnection.open(base, timeoutMs);
  try {
    await connection.write(bytes).catch(() => {}); // it may answer and hang up before it has read all
    return await connection.reply;
  } finally {
    connection.close();
  }
}

function readReply(socket: net.Socket, timeoutMs: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const timer = setTimeout(() => fail(`no complete answer within ${timeoutMs} ms`), timeoutMs);
    const fail = (why: string): void => {
      clearTimeout(timer);
      reject(new Error(`${why}; received: ${JSON.stringify(bytes.toString('latin1').slice(0, 200))}`));
    };
    const look = (ended: boolean): void => {
      const reply = parseReply(bytes, ended);
      if (reply) resolve(reply);
      if (reply) clearTimeout(timer);
      else if (ended) fail('the connection was closed without an answer');
    };
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      look(false);
    });
    socket.on('error', () => {});
    socket.once('close', () => look(true));
  });
}

/** The first final answer in `bytes`; undefined while it is not complete. Informational answers (1xx) are left out. */
export function parseReply(bytes: Buffer, ended: boolean): Reply | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [start = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = Number(start.split(' ')[1]);
  const rest = bytes.subarray(end + 4);
  if (status < 200) return parseReply(rest, ended);
  const headers = new Headers();
  for (const line of lines) headers.append(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim());
  const body = readBody(rest, headers, ended || status === 204 || status === 304);
  return body && toReply(status, headers, body.toString());
}

function readBody(bytes: Buffer, headers: Headers, ended: boolean): Buffer | undefined {
  const length = headers.get('content-length');
  if (/chunked/i.test(headers.get('transfer-encoding') ?? '')) return dechunk(bytes);
  if (length !== null && bytes.length >= Number(length)) return bytes.subarray(0, Number(length));
  return ended ? bytes : undefined;
}

function dechunk(bytes: Buffer): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    const from = line + 2;
    if (bytes.length < from + size + 2) return undefined;
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(from, from + size));
    at = from + size + 2;
  }
}
