import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

export interface ConnectionBarrier {
  /** The address to connect to instead. */
  readonly url: string;
  close(): void;
}

const BARRIER_TIMEOUT_MS = 1_000;

/**
 * Stands before a server and lets the first so many connections through at one moment: whoever comes early waits, but not
 * for so long that he gives up.
 */
export async function startConnectionBarrier(target: string, parties: number): Promise<ConnectionBarrier> {
  const { hostname, port } = new URL(target);
  const waiting: (() => void)[] = [];
  const sockets = new Set<net.Socket>();
  let opened = false;
  const open = (): void => {
    opened = true;
    for (const go of waiting.splice(0)) go();
  };
  const server = net.createServer({ pauseOnConnect: true }, (client) => {
    const through = (): void => {
      const upstream = net.connect({ host: hostname, port: Number(port), noDelay: true });
      for (const socket of [client, upstream]) {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.once('close', () => [client, upstream].map((either) => either.destroy()));
      }
      client.pipe(upstream).pipe(client);
      client.resume();
    };
    waiting.push(through);
    if (waiting.length === 1 && !opened) setTimeout(open, BARRIER_TIMEOUT_MS).unref();
    if (waiting.length >= parties || opened) open();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
