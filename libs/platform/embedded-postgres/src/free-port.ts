import { type AddressInfo, createServer } from 'node:net';

/**
 * Finds a free port of the loopback interface: `wanted` if it is free, else any. Another process may take it before it is
 * used.
 */
export function findFreePort(preferredPort = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => (preferredPort === 0 ? reject(error) : resolve(findFreePort())));
    server.listen(preferredPort, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
