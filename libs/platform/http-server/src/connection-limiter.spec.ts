import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConnectionLimiter, type ConnectionLimitOutcome } from './connection-limiter.js';

const PROXY = '127.0.0.9';
const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';

/** Real sockets of several loopback addresses, each of them a peer. */
describe('ConnectionLimits', () => {
  let server: Server;
  let limits: ConnectionLimiter;
  let told: ConnectionLimitOutcome[];
  let held: ServerResponse[];
  let clients: Socket[];
  /** On the server's side. */
  let seen: Socket[];
  let now: number;

  beforeEach(async () => {
    [told, held, clients, seen, now] = [[], [], [], [], 0];
    const numbers = { sockets: 6, shedFrom: 5, socketsPerPeer: 3, reserved: 3, reservedPerPeer: 2 };
    limits = new ConnectionLimiter(
      { ...numbers, isProxy: (address) => address === PROXY },
      (how) => void told.push(how),
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

  /** Connected, and seen by the server. */
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
  /** Its request is being answered and will be when `release` is called. */
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

  it('closes the oldest idle connection of a peer that wants more than its limit [AC-71]', async () => {
    const [first, second, third] = (await openAll('127.0.0.2', '127.0.0.2', '127.0.0.2')) as [Socket, Socket, Socket];
    now += 1_000;
    expect(await ask(first)).toBe('served');
    const [fourth] = (await openAll('127.0.0.2')) as [Socket];
    await closed(second);
    expect(told).toEqual(['idle_closed']);
    for (const client of [first, third, fourth]) expect(await isOpen(client)).toBe(true);
  });

  it('does not close connections of others for a peer that has used up its limit [AC-71]', async () => {
    const [other] = (await openAll('127.0.0.3')) as [Socket];
    const busy = await openAll('127.0.0.2', '127.0.0.2', '127.0.0.2');
    const releases = [];
    for (const client of busy) releases.push(await hold(client));
    const [fourth] = (await openAll('127.0.0.2')) as [Socket];
    expect(told).toEqual(['reserved']);
    expect(await ask(fourth)).toBe('reserved');
    expect(await isOpen(other)).toBe(true);
    for (const release of releases) expect(await release()).toBe('held');
  });

  it('does not close what has just come [AC-71]', async () => {
    const [first, second, third] = (await openAll('127.0.0.2', '127.0.0.2', '127.0.0.2')) as [Socket, Socket, Socket];
    now += 999;
    const [fourth] = (await openAll('127.0.0.2')) as [Socket];
    expect(told).toEqual(['reserved']);
    expect(await ask(fourth)).toBe('reserved');
    for (const client of [first, second, third]) expect(await isOpen(client)).toBe(true);
  });

  it('has no limit for a trusted proxy but that of all [AC-71]', async () => {
    const clients = await openAll(PROXY, PROXY, PROXY, PROXY, PROXY);
    expect(told).toEqual([]);
    for (const client of clients) expect(await isOpen(client)).toBe(true);
  });

  it('closes what has been idle for longest when all are nearly used up [AC-71]', async () => {
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

  it('never closes a connection with a request in flight, and keeps a reserve for more [AC-71]', async () => {
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

  it('lets the newest of a peer ask on a reserved connection, and cuts nobody who is answered there [AC-71]', async () => {
    const peers = ['127.0.0.2', '127.0.0.2', '127.0.0.3', '127.0.0.3', '127.0.0.4', '127.0.0.4'];
    for (const peer of peers) await hold(await open(peer));
    const [silent, asking] = (await openAll('127.0.0.5', '127.0.0.5')) as [Socket, Socket];
    const release = await hold(asking);
    const [newest] = (await openAll('127.0.0.5')) as [Socket];
    await closed(silent);
    const releaseNewest = await hold(newest);
    const [tooMany] = (await openAll('127.0.0.5')) as [Socket];
    await closed(tooMany);
    expect(told.at(-1)).toBe('refused');
    const [other] = (await openAll('127.0.0.6')) as [Socket];
    expect(await ask(other)).toBe('reserved');
    expect([await release(), await releaseNewest()]).toEqual(['held', 'held']);
  });

  it('lets the newest ask when the whole reserve is used up [AC-71]', async () => {
    const peers = ['127.0.0.2', '127.0.0.2', '127.0.0.3', '127.0.0.3', '127.0.0.4', '127.0.0.4'];
    for (const peer of peers) await hold(await open(peer));
    const [oldest] = (await openAll('127.0.0.5', '127.0.0.6', '127.0.0.7')) as [Socket];
    const [newest] = (await openAll('127.0.0.8')) as [Socket];
    await closed(oldest);
    expect(await ask(newest)).toBe('reserved');
  });

  it('closes who is slow with the head of a request only when nobody is silent, and not at once [AC-71]', async () => {
    const slow: Socket[] = [];
    for (const peer of ['127.0.0.2', '127.0.0.2', '127.0.0.3', '127.0.0.3', '127.0.0.4', '127.0.0.4']) {
      const client = await open(peer);
      client.write('GET / HTTP');
      await expect.poll(() => seen.at(-1)?.bytesRead).toBe(10);
      slow.push(client);
    }
    expect(told).toEqual([]);
    now += 1_000;
    await openAll('127.0.0.5');
    expect(told).toEqual(['reserved']);
    now += 2_000;
    const [newCustomer] = (await openAll('127.0.0.6')) as [Socket];
    await closed(slow[0] as Socket);
    expect(await ask(newCustomer)).toBe('served');
    expect(told).toEqual(['reserved', 'idle_closed']);
  });

  it('forgets connections that end, so that a peer may come again [AC-71]', async () => {
    for (let n = 0; n < 20; n++) {
      const client = await open('127.0.0.2');
      expect(await ask(client)).toBe('served');
      client.destroy();
      await expect.poll(() => limits.size).toBe(0);
    }
    expect(told).toEqual([]);
  });
});
