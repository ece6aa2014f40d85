import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionCuts, type PendingCut } from './connection-cuts.js';
import { framerFor, type ProtocolMessage } from './wire-protocols.js';

export type Direction = 'up' | 'down';

interface Connection {
  readonly client: Socket;
  readonly server: Socket;
  /** Sent so far, in order: what is delayed or held back waits here. */
  readonly sent: Record<Direction, Promise<void>>;
  /** It is being cut: what comes after is lost. */
  cut: boolean;
  /** Nothing goes through it, now and later. */
  blackholed: boolean;
}

interface FlowGate {
  readonly opened: Promise<void>;
  open(): void;
}

/** Longer than a server on loopback takes to answer; some messages get no answer. */
const REPLY_WINDOW_MS = 100;
const OPEN_GATE: FlowGate = { opened: Promise.resolve(), open: () => undefined };

/**
 * Stands before one dependency and spoils what goes through: `env: { DATABASE_URL: proxy.url }`. A fault lasts until
 * `pass()`. Messages are those of the clients, counted over all connections; PostgreSQL, MySQL,
 * Redis, AMQP and SMTP are understood.
 */
export class FaultProxy {
  readonly #connections = new Set<Connection>();
  readonly #server = net.createServer((client) => this.#accept(client));
  readonly #gates: Record<Direction, FlowGate> = { up: OPEN_GATE, down: OPEN_GATE };
  readonly #cuts = new ConnectionCuts();
  #messages: string[] = [];
  #delayMs = 0;
  #refusing = false;

  private constructor(private readonly target: URL) {}

  static async start(url: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(url));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** The server's URL, by way of the proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return url.href;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** The messages since the last `forget()`, e.g. `Query COMMIT`, `Execute select 1`, `PING`. */
  get messages(): readonly string[] {
    return this.#messages;
  }

  clearMessages(): void {
    this.#messages = [];
  }

  /** All is well again; what was held back goes on its way. */
  restore(): void {
    this.#refusing = false;
    this.#delayMs = 0;
    this.#cuts.disarm();
    for (const way of ['up', 'down'] as const) {
      this.#gates[way].open();
      this.#gates[way] = OPEN_GATE;
    }
  }

  /** As if the server had died: connections are reset, those of now and those that come. */
  refuse(): void {
    this.#refusing = true;
    this.reset();
  }

  /** Nothing goes through any more, and neither side learns of it, not even that the other one has hung up. */
  blackhole(ways: Direction | 'both' = 'both'): void {
    for (const way of ways === 'both' ? (['up', 'down'] as const) : [ways]) {
      this.#gates[way].open();
      this.#gates[way] = closedGate();
    }
  }

  /** A black hole for the connections of now, for ever: their state was lost on the way. Those that come are well. */
  blackholeCurrentConnections(): void {
    for (const connection of this.#connections) connection.blackholed = true;
  }

  /** Every message reaches the server so much later. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Resets the connections of now (RST, not FIN). */
  reset(): void {
    for (const connection of this.#connections) resetConnection(connection);
  }

  /** Cuts the connection of the n-th message from now, or of the n-th that fits. The server does not get it. */
  cutBefore(on: number | RegExp, nth = 1): PendingCut {
    return this.#cuts.arm('before', on, nth);
  }

  /** The same, but the server gets that message and does what it says: only its answer is lost. */
  cutAfter(on: number | RegExp, nth = 1): PendingCut {
    return this.#cuts.arm('after', on, nth);
  }

  /** The server does it, and the client never learns. */
  dropReplyOnce(pattern: RegExp): PendingCut {
    return this.cutAfter(pattern);
  }

  /** Tells of the n-th message from now, or of the n-th that fits, and lets it pass. */
  waitForMessage(on: number | RegExp, nth = 1): Promise<string> {
    return this.#cuts.arm('nowhere', on, nth).triggered;
  }

  async stop(): Promise<void> {
    this.restore();
    this.reset();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    if (this.#refusing) return void client.on('error', () => {}).resetAndDestroy();
    const server = net.connect({ host: this.target.hostname, port: Number(this.target.port), noDelay: true });
    const connected = once(server, 'connect').then(
      () => undefined,
      () => undefined,
    );
    const sent = { up: connected, down: Promise.resolve() };
    const connection: Connection = { client, server, sent, cut: false, blackholed: false };
    const messagesIn = framerFor(this.target);
    this.#connections.add(connection);
    client.setNoDelay(true).on('data', (chunk) => {
      for (const message of messagesIn(chunk)) this.#forwardToServer(connection, message);
    });
    server.on('data', (chunk) => {
      if (connection.cut) resetConnection(connection);
      else this.#enqueue(connection, 'down', () => client.write(chunk));
    });
    client.on('error', () => {}).on('close', () => this.#enqueue(connection, 'up', () => server.destroy()));
    server
      .on('error', () => {})
      .on('close', () => {
        this.#enqueue(connection, 'down', () => client.destroy());
        this.#connections.delete(connection);
      });
  }

  #forwardToServer(connection: Connection, { bytes, text }: ProtocolMessage): void {
    if (connection.cut) return;
    this.#messages.push(text);
    const side = this.#cuts.takeCutFor(text);
    connection.cut = side === 'before' || side === 'after';
    if (side !== 'before') this.#enqueue(connection, 'up', () => connection.server.write(bytes));
    if (side === 'after') this.#enqueue(connection, 'up', () => sleep(REPLY_WINDOW_MS));
    if (connection.cut) this.#enqueue(connection, 'up', () => resetConnection(connection));
  }

  /** In order, after the delay, and only while the way is free. */
  #enqueue(connection: Connection, way: Direction, go: () => unknown): void {
    const due = performance.now() + (way === 'up' ? this.#delayMs : 0);
    connection.sent[way] = connection.sent[way].then(async () => {
      const early = due - performance.now();
      if (early > 0) await sleep(early);
      await this.#gates[way].opened;
      if (!connection.blackholed) await go();
    });
  }
}

function resetConnection({ client, server }: Connection): void {
  client.resetAndDestroy();
  server.destroySoon(); // it gets what was sent before
}

function closedGate(): FlowGate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
