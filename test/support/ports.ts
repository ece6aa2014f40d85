import { randomInt } from 'node:crypto';
import net from 'node:net';

const canListen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/**
 * A free TCP port on loopback, from below the range the system takes for outgoing connections: nobody grabs it while
 * the program that owns it is down for a restart.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(20_000, 32_000);
    if (await canListen(port)) return port;
  }
  throw new Error('no free port between 20000 and 32000 on 127.0.0.1');
}

/** Whether something accepts connections on this loopback port, decided within a second. */
export const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1', timeout: 1_000 });
    const done = (yes: boolean) => () => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', done(true)).once('error', done(false)).once('timeout', done(false));
  });
