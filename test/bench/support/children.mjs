import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const STOP_MS = 20_000;
const alive = new Set();
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** A Node program whose log goes nowhere, or with `tells` into `told`. With `talks` it has an IPC channel. */
export function startNode(script, { args = [], env = {}, cwd, talks = false, tells = false, nodeArgs = [] } = {}) {
  const stdio = ['ignore', tells ? 'pipe' : 'ignore', 'pipe', ...(talks ? ['ipc'] : [])];
  const base = { PATH: process.env.PATH, HOME: process.env.HOME };
  const child = spawn(process.execPath, [...nodeArgs, script, ...args], { cwd, env: { ...base, ...env }, stdio });
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  child.errors = '';
  child.told = '';
  child.stdout?.on('data', (chunk) => {
    child.told += chunk;
  });
  child.stderr.on('data', (chunk) => {
    child.errors = `${child.errors}${chunk}`.slice(-2_000);
  });
  return child;
}

/** Sends a message and waits for the next one, at most so long. */
export async function ask(child, message, timeoutMs = 60_000) {
  if (message !== undefined) child.send(message);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`a child ended with ${code}: ${child.errors}`);
  });
  const [answer] = await Promise.race([once(child, 'message', { signal: AbortSignal.timeout(timeoutMs) }), ended]);
  return answer;
}

export async function stopChild(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const inTime = await Promise.race([ended, sleep(STOP_MS, undefined, { ref: false })]);
  if (inTime === undefined) child.kill('SIGKILL');
  await ended;
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
