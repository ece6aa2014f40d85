import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A proxy between a client and a server on loopback that injects faults. */
export class TcpProxy {
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #server = createServer((client) => this.#serve(client));
  readonly #withoutResponses = new WeakSet<Socket>();
  #refuseConnections = false;
  #refusedConnections = 0;

  /** Changes data from the server before it is sent to the client. */
  rewrite: (chunk: Buffer) => Buffer = (chunk) => chunk;

  private constructor(private readonly target: URL) {}

  static async start(url: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(url));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** The URL of the target through the proxy. */
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

  /** Number of refused connections. */
  get refusedConnections(): number {
    return this.#refusedConnections;
  }

  /** Stops all traffic on the current connections without closing them. */
  freezeConnections(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.unpipe().pause();
  }

  /** On the current connections, the server gets the requests, but the client gets no responses. */
  dropResponses(): void {
    for (const [client] of this.#pairs) this.#withoutResponses.add(client);
  }

  /** Closes the current connections, or only the oldest `count`. */
  closeConnections(count = this.#pairs.size): void {
    for (const pair of [...this.#pairs].slice(0, count)) for (const socket of pair) socket.destroy();
  }

  setRefuseConnections(refuse: boolean): void {
    this.#refuseConnections = refuse;
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
    for (const [socket, other] of [pair, [server, client] as const]) {
      socket
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
