import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between a client and a server on loopback, and spoils what goes through. */
export class TcpProxy {
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #server = createServer((client) => this.#serve(client));
  readonly #withoutResponses = new WeakSet<Socket>();
  #refuseConnections = false;
  #refusedConnections = 0;

  /** Changes what the server says, before the client hears it. */
  rewrite: (chunk: Buffer) => Buffer = (chunk) => chunk;

  private constructor(private readonly target: URL) {}

  static async start(url: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(url));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** The target's URL, by way of the proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** How many came and were sent away. */
  get refusedConnections(): number {
    return this.#refusedConnections;
  }

  /** Nothing goes through the connections of now any more, and neither side learns of it. */
  freezeConnections(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.unpipe().pause();
  }

  /** The server hears what the connections of now say, and the client hears nothing any more. */
  dropResponses(): void {
    for (const [client] of this.#pairs) this.#withoutResponses.add(client);
  }

  /** Ends the connections of now, the oldest `count` of them if that is given. */
  closeConnections(count = this.#pairs.size): void {
    for (const pair of [...this.#pairs].slice(0, count)) for (const socket of pair) socket.destroy();
  }

  /** Whoever comes is sent away. */
  setRefuseConnections(yes: boolean): void {
    this.#refuseConnections = yes;
  }

  async stop(): Promise<void> {
    this.closeConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(client: Socket): void {
    if (this.#refuseConnections) {
      this.#refusedConnections++;
      return void client.destroy();
    }
    const server = connect(Number(this.target.port), this.target.hostname);
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    for (const [one, other] of [pair, [server, client] as const]) {
      one
        .on('error', () => {})
        .on('close', () => {
          other.destroy();
          this.#pairs.delete(pair);
        });
    }
    client.pipe(server);
    server.on('end', () => client.end());
    server.on('data', (chunk) => {
      if (!this.#withoutResponses.has(client)) client.write(this.rewrite(chunk));
    });
  }
}
