import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limitPipelining, MAX_PIPELINED_REQUESTS } from './pipelining-limit.js';

const REQUEST = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';

describe('limitPipelining', () => {
  let server: Server;
  let pending: ServerResponse[];
  let hold: boolean;
  beforeEach(async () => {
    pending = [];
    hold = true;
    server = createServer((_request, response) => void (hold ? pending.push(response) : response.end('ok')));
    limitPipelining(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const connect = async () => {
    const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined);
    const answers = { text: '', closed: false };
    socket.on('data', (bytes) => {
      answers.text += bytes;
    });
    socket.on('close', () => {
      answers.closed = true;
    });
    await once(socket, 'connect');
    return { socket, answers };
  };
  const count = (text: string): number => text.split('HTTP/1.1 200').length - 1;

  it('answers as many requests at a time as are allowed, in order [AC-71]', async () => {
    const { socket, answers } = await connect();
    socket.write(REQUEST.repeat(MAX_PIPELINED_REQUESTS));
    await expect.poll(() => pending.length).toBe(MAX_PIPELINED_REQUESTS);
    for (const response of pending) response.end('ok');
    await expect.poll(() => count(answers.text)).toBe(MAX_PIPELINED_REQUESTS);
    expect(answers.closed).toBe(false);
    socket.destroy();
  });

  it('closes a connection with one request more, and starts none of those behind it [AC-71]', async () => {
    const { socket, answers } = await connect();
    socket.write(REQUEST.repeat(1_000));
    await expect.poll(() => answers.closed).toBe(true);
    expect(pending).toHaveLength(MAX_PIPELINED_REQUESTS);
    expect(count(answers.text)).toBe(0);
  });

  it('does not count answered requests [AC-71]', async () => {
    hold = false;
    const { socket, answers } = await connect();
    for (let n = 1; n <= 5 * MAX_PIPELINED_REQUESTS; n++) {
      socket.write(REQUEST);
      await expect.poll(() => count(answers.text), { interval: 2 }).toBe(n);
    }
    expect(answers.closed).toBe(false);
    socket.destroy();
  });
});
