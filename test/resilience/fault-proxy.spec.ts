import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FaultProxy } from './fault-proxy.js';

/** It answers with what it hears. */
let server: net.Server;
let seen: { heard: string; hungUp: number };
let proxy: FaultProxy;
const clients: Socket[] = [];

beforeEach(async () => {
  const here = { heard: '', hungUp: 0 };
  seen = here;
  server = net.createServer((socket) => {
    socket.on('error', () => {}).on('close', () => here.hungUp++);
    socket.on('data', (chunk) => {
      here.heard += chunk;
      socket.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await FaultProxy.start(`smtp://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.stop();
  server.close();
});

async function connect() {
  const socket = net.connect({ port: Number(new URL(proxy.url).port), host: '127.0.0.1' });
  const client = { socket, got: '', ended: '' };
  socket.on('data', (chunk) => {
    client.got += chunk;
  });
  socket.on('error', ({ code }: NodeJS.ErrnoException) => {
    client.ended = String(code);
  });
  clients.push(socket);
  await once(socket, 'connect').catch(() => {}); // it may be refused
  return client;
}

const WITHIN = { timeout: 1_000, interval: 5 };

describe('FaultProxy', () => {
  it('given nothing, then it is not felt, and tells what went through', async () => {
    const client = await connect();
    client.socket.write('one\ntwo\n');
    await expect.poll(() => client.got, WITHIN).toBe('one\ntwo\n');
    expect(proxy.messages).toEqual(['one', 'two']);
  });

  it('given refuse, then connections of now and later are reset, until it passes', async () => {
    const client = await connect();
    proxy.refuse();
    await expect.poll(() => client.ended, WITHIN).toBe('ECONNRESET');
    const late = await connect();
    await expect.poll(() => late.ended, WITHIN).toBe('ECONNRESET');
    proxy.restore();
    const better = await connect();
    better.socket.write('hello\n');
    await expect.poll(() => better.got, WITHIN).toBe('hello\n');
  });

  it.each([
    { ways: 'both', reaches: '' },
    { ways: 'up', reaches: '' },
    { ways: 'down', reaches: 'hello\n' },
  ] as const)('given a blackhole ($ways), then silence, and all of it later', async ({ ways, reaches }) => {
    const client = await connect();
    proxy.blackhole(ways);
    client.socket.write('hello\n');
    await sleep(50);
    expect([seen.heard, client.got, client.ended]).toEqual([reaches, '', '']);
    proxy.restore();
    await expect.poll(() => client.got, WITHIN).toBe('hello\n');
  });

  it('given a blackhole, then the server does not learn that the client has hung up', async () => {
    const client = await connect();
    proxy.blackhole();
    client.socket.destroy();
    await sleep(50);
    expect(seen.hungUp).toBe(0);
    proxy.restore();
    await expect.poll(() => seen.hungUp, WITHIN).toBe(1);
  });

  it('given forgotten connections, then silence in them for ever, and a new one is well', async () => {
    const client = await connect();
    proxy.blackholeCurrentConnections();
    const next = await connect();
    for (const { socket } of [client, next]) socket.write('hello\n');
    await expect.poll(() => next.got, WITHIN).toBe('hello\n');
    proxy.restore();
    await sleep(50);
    expect([seen.heard, client.got, client.ended]).toEqual(['hello\n', '', '']);
  });

  it('given a delay, then each message is so much later, in order', async () => {
    const client = await connect();
    proxy.delay(100);
    const begun = performance.now();
    client.socket.write('one\ntwo\n');
    await expect.poll(() => client.got, WITHIN).toBe('one\ntwo\n');
    expect(performance.now() - begun).toBeGreaterThan(95);
  });

  it('given a cut before the second message, then the server has the first one only', async () => {
    const cut = proxy.cutBefore(2);
    const client = await connect();
    client.socket.write('one\ntwo\nthree\n');
    await expect.poll(() => client.ended, WITHIN).toBe('ECONNRESET');
    expect([cut.matchedMessage, await cut.triggered]).toEqual(['two', 'two']);
    await expect.poll(() => seen.hungUp, WITHIN).toBe(1);
    expect(seen.heard).toBe('one\n');
  });

  it('given a cut after what fits the second time, then the server has it, and the client no answer', async () => {
    const cut = proxy.cutAfter(/^commit/, 2);
    const client = await connect();
    for (const line of ['commit 1\n', 'x\n', 'commit 2\n', 'y\n']) client.socket.write(line);
    await expect.poll(() => client.ended, WITHIN).toBe('ECONNRESET');
    expect([cut.matchedMessage, seen.heard]).toEqual(['commit 2', 'commit 1\nx\ncommit 2\n']);
    expect(client.got).not.toContain('commit 2');
  });

  it('given somebody who watches, then he is told, and it passes', async () => {
    const told = proxy.waitForMessage(/^b/);
    const client = await connect();
    client.socket.write('a\nb\nc\n');
    expect(await told).toBe('b');
    await expect.poll(() => client.got, WITHIN).toBe('a\nb\nc\n');
  });

  it('given a cut that has fallen, then the next connection is whole', async () => {
    const cut = proxy.cutBefore(/x/);
    (await connect()).socket.write('x\n');
    await cut.triggered;
    const client = await connect();
    client.socket.write('x\n');
    await expect.poll(() => client.got, WITHIN).toBe('x\n');
  });
});
