import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, startNode, stopChild } from './children.mjs';
import { ROOT, temporaryFolder } from './folders.mjs';

const READY_MS = 60_000;
/** For benchmarks (RFC 2544). */
const MANY_SOURCES = '198.18.0.0/15';
const SCRIPT = path.join(ROOT, 'dist/apps/server/src/main.js');

let profiles;
/** From now on every program that ends leaves a .cpuprofile in this folder. */
export function profileInto(folder) {
  profiles = folder && path.resolve(folder);
}

/** The built program on the embedded default, its log written to /dev/null. */
export async function startProgram(env = {}, home = temporaryFolder()) {
  const port = await freePort();
  const data = path.join(home.folder, 'data');
  // One machine plays many people, and the proxy they come through: no limits per source or peer.
  const many = { TRUST_PROXY: '127.0.0.0/8', TRUSTED_SOURCES: `127.0.0.0/8,${MANY_SOURCES}` };
  const own = { HOST: '127.0.0.1', PORT: String(port), DATA_DIR: data, ...many };
  const profiling = profiles ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`] : [];
  const nodeArgs = ['--enable-source-maps', ...profiling];
  const started = performance.now();
  const child = startNode(SCRIPT, { cwd: home.folder, env: { ...own, ...env }, nodeArgs });
  await untilReady(child, port);
  const readyMs = performance.now() - started;
  const end = () => stopChild(child);
  const dispose = async () => {
    await end();
    home.remove();
  };
  return { port, home, readyMs, pid: child.pid, databasePid: postmasterIn(path.join(data, 'postgres')), end, dispose };
}

async function untilReady(child, port) {
  const deadline = performance.now() + READY_MS;
  for (;;) {
    const url = `http://127.0.0.1:${port}/health/ready`;
    const status = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      (answer) => answer.body?.cancel().then(() => answer.status),
      () => 0,
    );
    if (status === 200) return;
    if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode}: ${child.errors}`);
    if (performance.now() > deadline) throw new Error(`the program was not ready in time: ${child.errors}`);
    await sleep(5);
  }
}

export function postmasterIn(folder) {
  const file = path.join(folder, 'postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n', 1)[0]) : undefined;
}
