import { existsSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Program, runProgram, startProgram } from './program.js';
import { race } from './race.js';
import { temporaryFolder } from './resource-reaper.js';

const SCRIPT = `
import http from 'node:http';
import fs from 'node:fs';
const { PORT, DATA_DIR, FAIL, ...rest } = process.env;
if (FAIL) { console.error('cannot start: ' + FAIL); process.exit(3); }
fs.mkdirSync(DATA_DIR, { recursive: true });
const file = DATA_DIR + '/starts';
const starts = fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8')) + 1 : 1;
fs.writeFileSync(file, String(starts));
const born = Date.now();
const server = http.createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  response.setHeader('content-type', 'application/problem+json; charset=utf-8');
  if (request.url === '/health/ready') response.statusCode = Date.now() - born > 100 ? 200 : 503;
  else console.log(JSON.stringify({ msg: 'request', url: request.url }));
  response.write('{"starts":' + starts + ',');
  response.end('"env":' + JSON.stringify(rest) + ',"headers":' + JSON.stringify(request.rawHeaders) + ',"body":' + JSON.stringify(body) + '}');
});
server.listen(Number(PORT), '127.0.0.1', () => console.log('listening'));
process.on('SIGTERM', () => { console.log('bye'); process.exit(7); });
`;

interface Seen {
  starts: number;
  env: Record<string, string>;
  headers: string[];
  body: string;
}

const folder = temporaryFolder();
const entry = path.join(folder.path, 'server.mjs');
beforeAll(() => writeFileSync(entry, SCRIPT));
afterAll(() => folder.end());

describe('the program as a child process', () => {
  let program: Program;
  beforeAll(async () => {
    program = await startProgram({ entry, env: { GREETING: 'hello' } });
  });
  afterAll(() => program.dispose());

  it('sees its settings and nothing of ours', async () => {
    const { json } = await program.request<Seen>('GET', '/x');
    expect(json.env).toMatchObject({ GREETING: 'hello', HOST: '127.0.0.1' });
    const ours = Object.keys(json.env).filter(
      (name) => !['PATH', 'HOME', 'TZ', 'HOST', 'GREETING', 'TRUSTED_SOURCES', 'PRE_STOP_MS'].includes(name),
    );
    expect(ours).toEqual([]);
  });

  it('is sent JSON, credentials and headers', async () => {
    const o = { json: { a: 'ç' }, basic: ['me', 'a:b'] as const, headers: { 'x-id': '1' } };
    const { status, json } = await program.request<Seen>('POST', '/y', o);
    expect([status, json.body]).toEqual([200, '{"a":"ç"}']);
    expect(json.headers).toEqual(
      expect.arrayContaining(['content-type', 'application/json', 'x-id', '1', 'Basic bWU6YTpi']),
    );
    expect(await program.waitForLog((line) => line['url'] === '/y')).toEqual({ msg: 'request', url: '/y' });
    expect(program.logs()).toContainEqual({ msg: 'request', url: '/x' });
  });

  it('is sent repeated headers and malformed HTTP as they are', async () => {
    const repeated = await program.rawRequest('GET /r HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nX-A: 2\r\n\r\n');
    expect((repeated.json as Seen).headers).toEqual(['Host', 'x', 'X-A', '1', 'X-A', '2']);
    expect((await program.rawRequest('NONSENSE\r\n\r\n')).status).toBe(400);
  });

  it('is restarted on its port and data, after a stop and after a crash', async () => {
    const { url, pid } = program;
    await program.restart({ GREETING: 'again' });
    expect([program.url, program.pid === pid]).toEqual([url, false]);
    await program.kill();
    expect(program.running).toBe(false);
    await program.start();
    const { json } = await program.request<Seen>('GET', '/z');
    expect([json.starts, json.env['GREETING']]).toEqual([3, 'again']);
    expect(await program.waitForOutput('bye')).toBe('bye');
    expect(await program.stop()).toBe(7);
    expect(existsSync(program.env['DATA_DIR'] ?? '')).toBe(true);
  });

  it('that does not start is reported with what it wrote', async () => {
    const env = { FAIL: 'no database' };
    await expect(startProgram({ entry, env })).rejects.toThrow(/ended with 3 .*\ncannot start: no database/);
    expect(await runProgram({ entry, env })).toEqual({ code: 3, output: 'cannot start: no database' });
  });
});

describe('a race', () => {
  const arrivals: number[] = [];
  const server = http.createServer((request, response) => {
    request.resume().once('end', () => {
      arrivals.push(performance.now());
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ url: request.url }));
    });
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => void server.close());

  it('lets requests arrive within a few milliseconds, and returns the replies in order', async () => {
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const requests = Array.from({ length: 50 }, (_, i) => ({
      method: i % 2 ? 'POST' : 'GET',
      path: `/${i}`,
      ...(i % 2 ? { json: { i } } : {}),
    }));
    const { replies, spreadMs } = await race([base, base], requests);
    expect(replies.map((reply) => reply.json)).toEqual(requests.map(({ path: url }) => ({ url })));
    const arrived = Math.max(...arrivals) - Math.min(...arrivals);
    console.log(
      `50 requests: last bytes written within ${spreadMs.toFixed(1)} ms, read within ${arrived.toFixed(1)} ms`,
    );
    expect(spreadMs).toBeLessThan(20);
    expect(arrived).toBeLessThan(100);
  });
});
