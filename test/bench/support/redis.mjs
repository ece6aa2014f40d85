import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, stopChild } from './children.mjs';
import { temporaryFolder } from './folders.mjs';

/** A redis-server of our own on loopback that keeps nothing. */
export async function startRedis() {
  const home = temporaryFolder();
  const port = await freePort();
  const flags = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    home.folder,
  ];
  const child = spawn('redis-server', flags, { stdio: 'ignore' });
  let missing;
  child.once('error', (error) => {
    missing = error;
  });
  process.once('exit', () => child.kill('SIGKILL'));
  for (const deadline = performance.now() + 5_000; !(await answers(port)); await sleep(20))
    if (missing || performance.now() > deadline)
      throw new Error(`redis-server does not start: ${missing?.message ?? ''}`);
  const stop = async () => {
    await stopChild(child);
    home.remove();
  };
  return { url: `redis://127.0.0.1:${port}`, stop };
}

const answers = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (reached) => {
      socket.destroy();
      resolve(reached);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
