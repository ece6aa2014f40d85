import { randomInt } from 'node:crypto';
import net from 'node:net';

const canListen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** Below the range the system takes for outgoing connections: nobody grabs one while its program is down for a restart. */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;
/** Each worker of a run picks from a share of its own, so that two never take the same one at the same time. */
const PORT_RANGE_SHARES = 8;
const picked = new Set<number>();

/**
 * A free TCP port on loopback that this process has not handed out before.
 * @param o.also another port that must be free as well, counted from the first: a Redis Cluster's bus is 10 000 above
 */
export async function freePort(o: { also?: number } = {}): Promise<number> {
  const size = (LAST_PORT - FIRST_PORT) / PORT_RANGE_SHARES;
  const from = FIRST_PORT + (Number(process.env['VITEST_POOL_ID'] ?? 0) % PORT_RANGE_SHARES) * size;
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(from, from + size);
    if (picked.has(port) || !(await canListen(port)) || (o.also && !(await canListen(port + o.also)))) continue;
    picked.add(port);
    return port;
  }
  throw new Error(`no free port between ${from} and ${from + size} on 127.0.0.1`);
}

/** Whether something accepts connections on this loopback port, decided within a second. */
export const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1', timeout: 1_000 });
    const done = (yes: boolean) => () => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', done(true)).once('error', done(false)).once('timeout', done(false));
  });
