import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwaitableList } from './awaitable-list.js';
import { FaultScript } from './fault-script.js';

export interface Sms {
  readonly to: string;
  readonly text: string;
  readonly headers: http.IncomingHttpHeaders;
  /** ms since 1970, taken just before the answer is sent. */
  readonly acceptedAt: number;
}

export interface SmsBehaviour {
  /** Answer with this status; the message is kept only if it is a 2xx. */
  readonly status: number;
  /** Wait so long (ms) before the answer. */
  readonly delayMs: number;
  /** Close the connection instead of answering; `after`: the message is kept, only the answer is lost. */
  readonly drop: 'before' | 'after';
}

export interface SmsSink {
  /** What SMS_API_URL takes. */
  readonly url: string;
  readonly port: number;
  /** What SMS_API_TOKEN takes; any other answers 401. */
  readonly token: string;
  readonly messages: readonly Sms[];
  waitFor(fits: (sms: Sms) => boolean, timeoutMs?: number): Promise<Sms>;
  /** How the next `times` messages are treated (for ever if you do not say); `{}` is well again. */
  setBehaviour(behaviour: Partial<SmsBehaviour>, times?: number): void;
  clear(): void;
  stop(): Promise<void>;
}

/** An SMS gateway on loopback: `POST {"to", "text"}` with a bearer token answers 202 and sends nothing. */
export async function startSmsSink(o: { port?: number; token?: string } = {}): Promise<SmsSink> {
  const token = o.token ?? 'sms-token';
  const received = new AwaitableList<Sms>('SMS');
  const script = new FaultScript<SmsBehaviour>();

  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const body = await text(request);
    if (request.headers.authorization !== `Bearer ${token}`) return void response.writeHead(401).end();
    const message = request.method === 'POST' ? parse(body) : undefined;
    if (!message) return void response.writeHead(400).end();
    const { status = 202, delayMs, drop } = script.next();
    if (delayMs) await sleep(delayMs);
    if (drop !== 'before' && status < 300)
      received.add({ ...message, headers: request.headers, acceptedAt: Date.now() });
    if (drop) request.socket.destroy();
    else response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  };

  const server = http.createServer(
    (request, response) => void answer(request, response).catch(() => response.destroy()),
  );
  server.listen(o.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/messages`,
    port,
    token,
    messages: received.items,
    waitFor: (fits, timeoutMs) => received.waitFor(fits, timeoutMs),
    setBehaviour: (behaviour, times) => script.set(behaviour, times),
    clear: () => received.clear(),
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function parse(body: string): { to: string; text: string } | undefined {
  try {
    const value: unknown = JSON.parse(body);
    const { to, text: content } = value as { to?: unknown; text?: unknown };
    return typeof to === 'string' && typeof content === 'string' ? { to, text: content } : undefined;
  } catch {
    return undefined;
  }
}
