import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';

/** A way to a service that can be shut: to the program the service is away then, to everybody else it is not. */
export interface SwitchableProxy {
  /** The service's address, by way of the gate. */
  readonly url: string;
  /** Cuts what is connected and refuses what comes. */
  disconnect(): Promise<void>;
  reconnect(): Promise<void>;
}

export async function startSwitchableProxy(service: string): Promise<SwitchableProxy> {
  const target = new URL(service);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.once('close', () => sockets.delete(socket)).on('error', () => {});
  };
  const server = net.createServer((inside) => {
    const outside = keep(net.connect({ host: target.hostname, port: Number(target.port) }));
    keep(inside)
      .pipe(outside)
      .pipe(inside)
      .once('close', () => outside.destroy());
  });
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const url = new URL(target);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    reconnect: () => listen(port),
    async disconnect() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
