import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConnectionLimiter, type ConnectionLimitOutcome } from './connection-limiter.js';

const PROXY = '127.0.0.9';
const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';

/** Real sockets from several loopback addresses, each of them a peer. */
describe('ConnectionLimiter', () => {
  let server: Server;
  let limits: ConnectionLimiter;
  let outcomes: ConnectionLimitOutcome[];
  let held: ServerResponse[];
  let clients: Socket[];
  /** The server side of the connections. */
  let seen: Socket[];
  let now: number;

  beforeEach(async () => {
    [outcomes, held, clients, seen, now] = [[], [], [], [], 0];
    const numbers = { sockets: 6, shedFrom: 5, socketsPerPeer: 3, reserved: 3, reservedPerPeer: 2 };
    limits = new ConnectionLimiter(
      { ...numbers, isProxy: (address) => address === PROXY },
      (how) => void outcomes.push(how),
      () => now,
    );
    server = createServer((request, response) => {
      if (request.url === '/hold') return void held.push(response);
      response.end(limits.isReserved(request.socket) ? 'reserved' : 'served');
    });
    limits.attachTo(server);
    server.on('connection', (socket) => seen.push(socket));
    server.listen(0, '0.0.0.0');
    await once(server, 'listening');
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** Resolves when the server has accepted the connection. */
  async function open(localAddress: string): Promise<Socket> {
    const accepted = once(server, 'connection');
    const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', localAddress });
    client.on('error', () => undefined);
    clients.push(client);
    await accepted;
    return client;
  }
  async function openAll(...addresses: string[]): Promise<Socket[]> {
    const opened: Socket[] = [];
    for (const address of addresses) opened.push(await open(address));
    return opened;
  }
  async function ask(client: Socket, bytes = GET): Promise<string> {
    client.write(bytes);
    const [answer] = await once(client, 'data');
    return (
      /(served|reserved|held)$/.exec(
        String(answer)
          .replace(/\r\n0\r\n\r\n$/, '')
          .trim(),
      )?.[1] ?? String(answer)
    );
  }
  /** Resolves when the request is being handled; `release` completes it. */
  async function hold(client: Socket): Promise<() => Promise<string>> {
    const count = held.length;
    client.write('GET /hold HTTP/1.1\r\nhost: x\r\n\r\n');
    await expect.poll(() => held.length).toBe(count + 1);
    return async () => {
      const answered = once(client, 'data');
      held[count]?.end('held');
      return String((await answered)[0]).includes('held') ? 'held' : 'cut';
    };
  }
  const closed = (client: Socket) => (client.closed ? undefined : once(client, 'close'));
  const isOpen = async (client: Socket) => (await ask(client)) === 'served';

  it('closes the oldest idle connection of a peer beyond its limit [AC-71]', async () => {
    const [first, second, third] = (await openAll('127.0.0.2', '127.0.0.2', '127.0.0.2')) as [Socket, Socket, Socket];
    now += 1_000;
    expect(await ask(first)).toBe('served');
    const [fourth] = (await openAll('127.0.0.2')) as [Socket];
    await closed(second);
    expect(outcomes).toEqual(['idle_closed']);
    for (const client of [first, third, fourth]) expect(await isOpen(client)).toBe(true);
  });

  it('does not close connections of others for a peer beyond its limit [AC-71]', async () => {
    const [other] = (await openAll('127.0.0.3')) as [Socket];
    const busy = await openAll('127.0.0.2', '127.0.0.2', '127.0.0.2');
    const releases = [];
    for (const client of busy) releases.push(await hold(client));
    const [fourth] = (await openAll('127.0.0.2')) as [Socket];
    expect(outcomes).toEqual(['reserved']);
    expect(await ask(fourth)).toBe('reserved');
    expect(await isOpen(other)).toBe(true);
    for (const release of releases) expect(await release()).toBe('held');
  });

  it('does not close a connection that has just opened [AC-71]', async () => {
    const [first, second, third] = (await openAll('127.0.0.2', '127.0.0.2', '127.0.0.2')) as [Socket, Socket, Socket];
    now += 999;
    const [fourth] = (await openAll('127.0.0.2')) as [Socket];
    expect(outcomes).toEqual(['reserved']);
    expect(await ask(fourth)).toBe('reserved');
    for (const client of [first, second, third]) expect(await isOpen(client)).toBe(true);
  });

  it('applies only the total limit to a trusted proxy [AC-71]', async () => {
    const clients = await openAll(PROXY, PROXY, PROXY, PROXY, PROXY);
    expect(outcomes).toEqual([]);
    for (const client of clients) expect(await isOpen(client)).toBe(true);
  });

  it('closes the connection idle for longest when connections are nearly used up [AC-71]', async () => {
    const all = await openAll('127.0.0.2', '127.0.0.2', '127.0.0.3', '127.0.0.3', '127.0.0.4');
    const [first, second] = all as [Socket, Socket];
    now += 1_000;
    expect(await ask(first)).toBe('served');
    const [newCustomer] = (await openAll('127.0.0.5')) as [Socket];
    await closed(second);
    expect(await isOpen(newCustomer)).toBe(true);
    expect(await isOpen(first)).toBe(true);
    expect(limits.size).toBe(5);
  });

  it('never closes a connection with a request in flight, and uses the reserve for more [AC-71]', async () => {
    const peers = ['127.0.0.2', '127.0.0.2', '127.0.0.3', '127.0.0.3', '127.0.0.4', '127.0.0.4'];
    const releases = [];
    for (const peer of peers) releases.push(await hold(await open(peer)));
    const [probe] = (await openAll('127.0.0.5')) as [Socket];
    expect(await ask(probe)).toBe('reserved');
    for (const release of releases) expect(await release()).toBe('held');
    now += 1_000;
    const [newCustomer] = (await openAll('127.0.0.6')) as [Socket];
    expect(await ask(newCustomer)).toBe('served');
  });

  it('lets the newest connection of a peer use the reserve, and closes none that is being answered there [AC-71]', async () => {
    const peers = ['127.0.0.2', '127.0.0.2', '127.0.0.3', '127.0.0.3', '127.0.0.4', '127.0.0.4'];
    for (const peer of peers) await hold(await open(peer));
    const [silent, asking] = (await openAll('127.0.0.5', '127.0.0.5')) as [Socket, Socket];
    const release = await hold(asking);
    const [newest] = (await openAll('127.0.0.5')) as [Socket];
    await closed(silent);
    const releaseNewest = await hold(newest);
    const [tooMany] = (await openAll('127.0.0.5')) as [Socket];
    await closed(tooMany);
    expect(outcomes.at(-1)).toBe('refused');
    const [other] = (await openAll('127.0.0.6')) as [Socket];
    expect(await ask(other)).toBe('reserved');
    expect([await release(), await releaseNewest()]).toEqual(['held', 'held']);
  });

  it('lets the newest connection send a request when the whole reserve is used up [AC-71]', async () => {
    const peers = ['127.0.0.2', '127.0.0.2', '127.0.0.3', '127.0.0.3', '127.0.0.4', '127.0.0.4'];
    for (const peer of peers) await hold(await open(peer));
    const [oldest] = (await openAll('127.0.0.5', '127.0.0.6', '127.0.0.7')) as [Socket];
    const [newest] = (await openAll('127.0.0.8')) as [Socket];
    await closed(oldest);
    expect(await ask(newest)).toBe('reserved');
  });

  it('closes a connection with a slow request head only when none is silent, and not at once [AC-71]', async () => {
    const slow: Socket[] = [];
    for (const peer of ['127.0.0.2', '127.0.0.2', '127.0.0.3', '127.0.0.3', '127.0.0.4', '127.0.0.4']) {
      const client = await open(peer);
      client.write('GET / HTTP');
      await expect.poll(() => seen.at(-1)?.bytesRead).toBe(10);
      slow.push(client);
    }
    expect(outcomes).toEqual([]);
    now += 1_000;
    await openAll('127.0.0.5');
    expect(outcomes).toEqual(['reserved']);
    now += 2_000;
    const [newCustomer] = (await openAll('127.0.0.6')) as [Socket];
    await closed(slow[0] as Socket);
    expect(await ask(newCustomer)).toBe('served');
    expect(outcomes).toEqual(['reserved', 'idle_closed']);
  });

  it('removes ended connections, so that a peer can connect again [AC-71]', async () => {
    for (let n = 0; n < 20; n++) {
      const client = await open('127.0.0.2');
      expect(await ask(client)).toBe('served');
      client.destroy();
      await expect.poll(() => limits.size).toBe(0);
    }
    expect(outcomes).toEqual([]);
  });
});
