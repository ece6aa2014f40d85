import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cut, Cuts } from './cuts.js';
import { framerFor, type Message } from './protocols.js';

export type Way = 'up' | 'down';

interface Connection {
  readonly client: Socket;
  readonly server: Socket;
  /** Sent so far, in order: what is delayed or held back waits here. */
  readonly sent: Record<Way, Promise<void>>;
  /** It is being cut: what comes after is lost. */
  cut: boolean;
  /** Nothing goes through it, now and later. */
  forgotten: boolean;
}

interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

/** Longer than a server on loopback takes to answer; some messages get no answer. */
const ANSWER_MS = 100;
const OPEN: Gate = { opened: Promise.resolve(), open: () => undefined };

/**
 * Stands before one dependency and spoils what goes through: `env: { DATABASE_URL: proxy.url }`. A fault lasts until
 * `pass()`. Messages are those of the clients, counted over all connections; PostgreSQL, MySQL,
 * Redis, AMQP and SMTP are understood.
 */
export class FaultProxy {
  readonly #connections = new Set<Connection>();
  readonly #server = net.createServer((client) => this.#accept(client));
  readonly #gates: Record<Way, Gate> = { up: OPEN, down: OPEN };
  readonly #cuts = new Cuts();
  #seen: string[] = [];
  #delayMs = 0;
  #refusing = false;

  private constructor(private readonly target: URL) {}

  static async before(url: string): Promise<FaultProxy> {
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
  get seen(): readonly string[] {
    return this.#seen;
  }

  forget(): void {
    this.#seen = [];
  }

  /** All is well again; what was held back goes on its way. */
  pass(): void {
    this.#refusing = false;
    this.#delayMs = 0;
    this.#cuts.disarm();
    for (const way of ['up', 'down'] as const) {
      this.#gates[way].open();
      this.#gates[way] = OPEN;
    }
  }

  /** As if the server had died: connections are reset, those of now and those that come. */
  refuse(): void {
    this.#refusing = true;
    this.reset();
  }

  /** Nothing goes through any more, and neither side learns of it, not even that the other one has hung up. */
  blackhole(ways: Way | 'both' = 'both'): void {
    for (const way of ways === 'both' ? (['up', 'down'] as const) : [ways]) {
      this.#gates[way].open();
      this.#gates[way] = closedGate();
    }
  }

  /** A black hole for the connections of now, for ever: their state was lost on the way. Those that come are well. */
  forgetConnections(): void {
    for (const connection of this.#connections) connection.forgotten = true;
  }

  /** Every message reaches the server so much later. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Resets the connections of now (RST, not FIN). */
  reset(): void {
    for (const connection of this.#connections) drop(connection);
  }

  /** Cuts the connection of the n-th message from now, or of the n-th that fits. The server does not get it. */
  cutBefore(on: number | RegExp, nth = 1): Cut {
    return this.#cuts.arm('before', on, nth);
  }

  /** The same, but the server gets that message and does what it says: only its answer is lost. */
  cutAfter(on: number | RegExp, nth = 1): Cut {
    return this.#cuts.arm('after', on, nth);
  }

  /** The server does it, and the client never learns. */
  dropReplyOnce(pattern: RegExp): Cut {
    return this.cutAfter(pattern);
  }

  /** Tells of the n-th message from now, or of the n-th that fits, and lets it pass. */
  passing(on: number | RegExp, nth = 1): Promise<string> {
    return this.#cuts.arm('nowhere', on, nth).fallen;
  }

  async stop(): Promise<void> {
    this.pass();
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
    const connection: Connection = { client, server, sent, cut: false, forgotten: false };
    const messagesIn = framerFor(this.target);
    this.#connections.add(connection);
    client.setNoDelay(true).on('data', (chunk) => {
      for (const message of messagesIn(chunk)) this.#up(connection, message);
    });
    server.on('data', (chunk) => {
      if (connection.cut) drop(connection);
      else this.#carry(connection, 'down', () => client.write(chunk));
    });
    client.on('error', () => {}).on('close', () => this.#carry(connection, 'up', () => server.destroy()));
    server
      .on('error', () => {})
      .on('close', () => {
        this.#carry(connection, 'down', () => client.destroy());
        this.#connections.delete(connection);
      });
  }

  #up(connection: Connection, { bytes, text }: Message): void {
    if (connection.cut) return;
    this.#seen.push(text);
    const side = this.#cuts.fallOn(text);
    connection.cut = side === 'before' || side === 'after';
    if (side !== 'before') this.#carry(connection, 'up', () => connection.server.write(bytes));
    if (side === 'after') this.#carry(connection, 'up', () => sleep(ANSWER_MS));
    if (connection.cut) this.#carry(connection, 'up', () => drop(connection));
  }

  /** In order, after the delay, and only while the way is free. */
  #carry(connection: Connection, way: Way, go: () => unknown): void {
    const due = performance.now() + (way === 'up' ? this.#delayMs : 0);
    connection.sent[way] = connection.sent[way].then(async () => {
      const early = due - performance.now();
      if (early > 0) await sleep(early);
      await this.#gates[way].opened;
      if (!connection.forgotten) await go();
    });
  }
}

function drop({ client, server }: Connection): void {
  client.resetAndDestroy();
  server.destroySoon(); // it gets what was sent before
}

function closedGate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
