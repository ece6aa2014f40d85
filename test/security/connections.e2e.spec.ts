import { lookup } from 'node:dns/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../support/ports.js';
import { findProblemFaults } from '../support/problem-checks.js';
import { type Program, startProgram } from '../support/program.js';
import { encodeGet, fetchStatusFrom, openPeerSockets, PeerSocket } from './peer-socket.js';

const PROBES = ['/health', '/health/live', '/health/ready'];
const ROUTE = '/.well-known/jwks.json';
const BODY = '{"username":"ada@example.org","password":"a wrong password"}';
const BEGUN = `POST /v1/auth/login HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY.slice(0, 9)}`;
const peer = (n: number): string => `127.0.1.${n}`;

describe('connections', { timeout: 120_000 }, () => {
  let program: Program;
  let adminPort: number;
  let opened: PeerSocket[];
  let started: number;
  beforeAll(async () => {
    adminPort = await freePort();
    started = performance.now();
    program = await startProgram({ env: { ADMIN_PORT: String(adminPort), BCRYPT_COST: '4' } });
  }, 60_000);
  afterAll(() => program?.dispose());
  beforeEach(() => {
    opened = [];
  });
  afterEach(async () => {
    for (const socket of opened) socket.close();
    await expect.poll(async () => (await figures()).open, { timeout: 20_000 }).toBeLessThan(20);
  });

  const figures = async () => {
    const socket = await PeerSocket.open(adminPort, peer(30));
    const { text } = await socket.request(encodeGet('/metrics'));
    socket.close();
    const limited = text.matchAll(/^http_connections_limited_total\{outcome="\w+"\} (\d+)$/gm);
    const open = Number(/^http_connections (\d+)$/m.exec(text)?.[1]);
    return { limited: [...limited].reduce((sum, [, n]) => sum + Number(n), 0), open };
  };
  const open = async (port: number, address: string, count: number, bytes = ''): Promise<PeerSocket[]> => {
    const sockets = await openPeerSockets(port, address, count, bytes);
    opened.push(...sockets);
    return sockets;
  };
  const probed = async (address: string) => {
    const statuses: (number | string)[] = [];
    for (const path of PROBES) statuses.push(await fetchStatusFrom(program.port, address, path));
    return statuses;
  };

  it('of one peer leave room for others, for probes, and for its own next request [AC-71]', async () => {
    const [kept] = (await open(program.port, peer(2), 1)) as [PeerSocket];
    expect((await kept.request(encodeGet(ROUTE))).status).toBe(200);
    const flood = await open(program.port, peer(1), 2_100);
    expect(await fetchStatusFrom(program.port, peer(3), ROUTE)).toBe(200);
    expect(await probed(peer(1))).toEqual([200, 200, 200]);
    await expect.poll(() => fetchStatusFrom(program.port, peer(1), ROUTE), { timeout: 10_000 }).toBe(200);
    await expect.poll(() => flood.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(256 + 8);
    expect((await kept.request(encodeGet(ROUTE))).status).toBe(200);
  });

  it('that are idle give way to whoever comes, the oldest first [AC-71]', async () => {
    const [oldest] = (await open(program.port, peer(1), 1)) as [PeerSocket];
    for (let n = 1; n <= 9; n++) await open(program.port, peer(n), 240);
    // What has just come is not idle yet.
    await expect.poll(() => fetchStatusFrom(program.port, peer(20), ROUTE), { timeout: 10_000 }).toBe(200);
    expect(await fetchStatusFrom(program.port, peer(21), ROUTE)).toBe(200);
    expect(await probed(peer(1))).toEqual([200, 200, 200]);
    expect(oldest.closed).toBe(true);
  });

  it('with a request in flight are never cut, and probes are answered all the same [AC-71]', async () => {
    for (let n = 1; n <= 8; n++) await open(program.port, peer(n), 250, BEGUN);
    const [first, second] = opened as [PeerSocket, PeerSocket];
    await expect.poll(() => fetchStatusFrom(program.port, peer(20), ROUTE)).toBe(503);
    expect(await probed(peer(20))).toEqual([200, 200, 200]);
    expect(await probed(peer(1))).toEqual([200, 200, 200]);
    const extra = await PeerSocket.open(program.port, peer(21));
    const refused = await extra.request(encodeGet(ROUTE));
    expect([refused.status, refused.headers.get('connection')]).toEqual([503, 'close']);
    expect([(refused.json as { code: string }).code, findProblemFaults(refused)]).toEqual(['service.overloaded', []]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    extra.close();
    for (const socket of [first, second]) {
      socket.send(BODY.slice(9));
      expect((await socket.waitForReply()).status).toBe(401);
    }
  });

  it('at the public port leave ADMIN_PORT alone, and there are bounds there as well [AC-71]', async () => {
    for (let n = 1; n <= 8; n++) await open(program.port, peer(n), 250, BEGUN);
    expect(await fetchStatusFrom(adminPort, peer(20), '/metrics')).toBe(200);
    const flood = await open(adminPort, peer(1), 300);
    expect(await fetchStatusFrom(adminPort, peer(2), '/metrics')).toBe(200);
    expect(await fetchStatusFrom(adminPort, peer(1), '/health/live')).toBe(200);
    await expect.poll(() => flood.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(64 + 4);
  });

  it('that are too many are counted, and logged at most once a minute with what to set [AC-71]', async () => {
    const before = await figures();
    await open(program.port, peer(1), 300);
    await expect.poll(async () => (await figures()).limited).toBeGreaterThanOrEqual(before.limited + 300 - 256);
    expect((await figures()).open).toBeLessThanOrEqual(before.open + 256 + 8);
    const warning = await program.waitForLog(({ setting }) => setting === 'TRUST_PROXY');
    expect(warning).toMatchObject({ level: 'warn', peer: peer(1) });
    const minutes = (performance.now() - started) / 60_000;
    expect(program.logs().filter(({ setting }) => setting === 'TRUST_PROXY').length).toBeLessThanOrEqual(1 + minutes);
  });
});

describe('connections to HOST=localhost', { timeout: 120_000 }, () => {
  it('have the same limits at each of its addresses [AC-71]', async () => {
    const program = await startProgram({ env: { HOST: 'localhost' } });
    for (const { address } of await lookup('localhost', { all: true })) {
      const sockets = await openPeerSockets(program.port, undefined, 400, '', address);
      await expect.poll(() => sockets.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(256 + 8);
      for (const socket of sockets) socket.close();
    }
    await program.dispose();
  });
});

describe('connections of a trusted proxy', { timeout: 120_000 }, () => {
  it('are limited by the limit of all only [AC-71]', async () => {
    const program = await startProgram({ env: { TRUST_PROXY: '127.0.1.1' } });
    const sockets = await openPeerSockets(program.port, '127.0.1.1', 600);
    expect((await (sockets[0] as PeerSocket).request(encodeGet(ROUTE))).status).toBe(200);
    expect(sockets.filter(({ closed }) => closed)).toEqual([]);
    for (const socket of sockets) socket.close();
    await program.dispose();
  });
});
