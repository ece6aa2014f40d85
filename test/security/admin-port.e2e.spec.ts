import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchangeBytes, firstReply } from '../support/keep-alive-connection.js';
import { freePort } from '../support/ports.js';
import { findProblemFaults } from '../support/problem-checks.js';
import { type Program, startProgram } from '../support/program.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';

/** Ways to write one address, for a router that decodes, cuts and takes absolute forms. */
const spellings = (path: string): readonly string[] => {
  const plain = [
    ...[path, `${path}/`, `${path}?`, `${path}?a=b`, `${path}#`, `${path}#x`, `${path}/#x`, `${path}?#`, `${path};x`],
    ...[encoded(path, 1), encoded(path, path.length - 1), [...path].map(hex).join('').replace('%2f', '/')],
    ...[`/${path}`, `${path}//`, `//x${path}`, `/.${path}`, `/x/..${path}`, `/%2e${path}`, path.replace('/', '/%2f')],
    ...[
      path.toUpperCase(),
      path.replace(/.$/, (last) => last.toUpperCase()),
      `${path}%00`,
      `${path}%20`,
      `${path}.json`,
    ],
    ...[path.replace('/', '\\'), `${path}%2f`, `${path}%3f`, `${path}%23`, `${path}\t`],
  ];
  const absolute = [path, `${path}/`, encoded(path, 1), `${path}#x`, `${path}?x`].flatMap((target) =>
    ['http://127.0.0.1', 'http://evil.example:1', 'https://127.0.0.1', 'HTTP://x'].map((origin) => origin + target),
  );
  return [...plain, ...absolute];
};
const hex = (letter: string): string => `%${letter.charCodeAt(0).toString(16)}`;
const encoded = (path: string, at: number): string => path.slice(0, at) + hex(path[at] ?? '') + path.slice(at + 1);

const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS'];
const OPERATIONS = ['/health', '/health/live', '/health/ready', '/metrics', '/problems'];
const OTHERS = ['/docs', '/docs/openapi.json', '/.well-known/jwks.json', '/v1/auth/login', '/dev/messages', '/'];

const ask = async (port: number, method: string, target: string) => {
  const bytes = `${method} ${target} HTTP/1.1\r\nhost: 127.0.0.1\r\norigin: https://app.example\r\naccess-control-request-method: GET\r\nconnection: close\r\n\r\n`;
  return firstReply(await exchangeBytes(`http://127.0.0.1:${port}`, [bytes]));
};

/** Everything that was answered to spellings of these addresses. */
async function answers(port: number, paths: readonly string[]) {
  const asked = paths.flatMap((path) =>
    spellings(path).flatMap((target) => METHODS.map((method) => ({ method, target }))),
  );
  const replies = [];
  for (const { method, target } of asked)
    replies.push({ what: `${method} ${target}`, method, reply: await ask(port, method, target) });
  return replies;
}

const showsFigures = (text: string): boolean => /request_count_total|process_cpu/.test(text);
const showsDependencies = (text: string): boolean => /dependencies|migrations/.test(text);

describe('a program with ADMIN_PORT', () => {
  let program: Program;
  let adminPort: number;
  beforeAll(async () => {
    adminPort = await freePort();
    program = await startProgram({ env: { ADMIN_PORT: String(adminPort), CORS_ORIGINS: 'https://app.example' } });
  });
  afterAll(() => program?.dispose());

  it('shows no metrics at its public port, however their address is spelt [AC-67]', async () => {
    const shown = (await answers(program.port, ['/metrics'])).filter(
      ({ reply }) => reply.status < 300 || showsFigures(reply.text),
    );
    // A preflight names no route, and is answered the same wherever it goes.
    expect(shown.filter(({ method }) => method !== 'OPTIONS').map(({ what }) => what)).toEqual([]);
    expect((await ask(program.port, 'POST', '/metrics')).status).toBe(404);
  });

  it('shows no dependencies at its public port, however the address is spelt [AC-67]', async () => {
    const replies = await answers(program.port, ['/health/ready']);
    expect(replies.filter(({ reply }) => showsDependencies(reply.text)).map(({ what }) => what)).toEqual([]);
    expect(replies.filter(({ reply }) => reply.status === 200).length).toBeGreaterThan(10);
  });

  it('serves nothing but operations at its admin port, however an address is spelt [AC-67]', async () => {
    const replies = await answers(adminPort, OTHERS);
    expect(replies.filter(({ reply }) => ![400, 404].includes(reply.status)).map(({ what }) => what)).toEqual([]);
    const faults = replies.flatMap(({ what, method, reply }) =>
      method === 'HEAD' ? [] : findProblemFaults(reply).map((fault) => `${what}: ${fault}`),
    );
    expect(faults).toEqual([]);
  });

  it('serves operations at its admin port, by their methods [AC-67]', async () => {
    for (const path of OPERATIONS) {
      expect([path, (await ask(adminPort, 'GET', path)).status]).toEqual([path, 200]);
      expect([path, (await ask(adminPort, 'DELETE', path)).status]).toEqual([path, 405]);
    }
    expect(showsFigures((await ask(adminPort, 'GET', '/metrics')).text)).toBe(true);
    expect(showsFigures((await ask(adminPort, 'GET', '/%6detrics')).text)).toBe(true);
    expect(showsDependencies((await ask(adminPort, 'GET', '/health/ready')).text)).toBe(true);
  });
});

describe('a program with background work only', () => {
  let deployment: TestDeployment;
  let worker: Program;
  beforeAll(async () => {
    deployment = await startDeployment({ roles: ['worker'] });
    worker = deployment.programs[0] as Program;
  });
  afterAll(() => deployment?.close());

  it('serves nothing but operations, however an address is spelt [AC-67]', async () => {
    const replies = await answers(worker.port, OTHERS);
    expect(replies.filter(({ reply }) => ![400, 404].includes(reply.status)).map(({ what }) => what)).toEqual([]);
    for (const path of OPERATIONS) {
      expect([path, (await ask(worker.port, 'GET', path)).status]).toEqual([path, 200]);
      expect([path, (await ask(worker.port, 'GET', encoded(path, 1))).status]).toEqual([path, 200]);
    }
  });
});
