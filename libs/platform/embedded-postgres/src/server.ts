import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, fchownSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Cluster } from './cluster.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { findFreePort } from './free-port.js';
import { commandLine } from './postgres-identity.js';
import { type RunningServer, readPostmasterFile, removeStalePostmasterFile, runningServer } from './postmaster-file.js';
import { isAlive } from './processes.js';
import { serverArguments } from './server-settings.js';

const POLL_MS = 5;
const STOP_MS = 10_000;
// Another program took the port, or the last processes of a killed server are still exiting.
const TRANSIENT_START_ERROR =
  /could not bind|could not create any TCP|shared memory block .* in use|lock file .* already exists/;

/** Returns the ready server of this folder: the running one, or a new one, on the previous port if it is free. */
export async function ensureServer(
  cluster: Cluster,
  deadline: number,
): Promise<{ server: RunningServer; fresh: boolean }> {
  const { data } = cluster.files;
  for (let server = runningServer(data); server; server = runningServer(data)) {
    if (server.ready) return { server, fresh: false };
    if (Date.now() > deadline) throw startTimeoutError(cluster);
    await sleep(POLL_MS);
  }
  const lastPort = readPostmasterFile(data)?.port;
  removeStalePostmasterFile(data);
  return { server: await launch(cluster, deadline, lastPort), fresh: true };
}

/** Stops the server without waiting for its clients; the next start needs no recovery. */
export async function stopServer({ binaries, files }: Cluster): Promise<void> {
  const server = runningServer(files.data);
  if (!server) return;
  if (process.platform === 'win32') {
    await promisify(execFile)(binaries.pg_ctl, ['stop', '-D', files.data, '-m', 'fast']);
    return;
  }
  signal(server.pid, 'SIGINT');
  for (const end = Date.now() + STOP_MS; isAlive(server.pid); await sleep(POLL_MS)) {
    if (Date.now() > end) return signal(server.pid, 'SIGQUIT');
  }
}

async function launch(cluster: Cluster, deadline: number, port?: number): Promise<RunningServer> {
  for (;;) {
    const log = openLog(cluster);
    const child = spawnServer(cluster, await findFreePort(port), log.fd);
    closeSync(log.fd);
    const server = await waitUntilReady(cluster, child, deadline);
    if (server) return server;
    const output = readFileSync(cluster.files.log).subarray(log.size).toString().trim();
    if (!TRANSIENT_START_ERROR.test(output) || Date.now() > deadline)
      throw new Error(`the server did not start:\n${output}`);
    await sleep(POLL_MS * 10);
  }
}

function openLog({ files, identity }: Cluster): { fd: number; size: number } {
  const fd = openSync(files.log, 'a', 0o600);
  if (identity.owner) fchownSync(fd, identity.owner.uid, identity.owner.gid);
  return { fd, size: fstatSync(fd).size };
}

/** Detached, so that Ctrl-C reaches only Node, which first closes its connections and then stops the server. */
function spawnServer({ files, binaries, identity }: Cluster, port: number, log: number): ChildProcess {
  const { file, args, options } = commandLine(identity, binaries.postgres, serverArguments(files.data, port));
  const child = spawn(file, args, { ...options, detached: true, windowsHide: true, stdio: ['ignore', log, log] });
  child.unref();
  return child;
}

/** @returns undefined if the server exited */
async function waitUntilReady(
  cluster: Cluster,
  child: ChildProcess,
  deadline: number,
): Promise<RunningServer | undefined> {
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  while (child.exitCode === null && child.signalCode === null) {
    const server = readPostmasterFile(cluster.files.data);
    if (server?.ready && server.pid === child.pid) return server;
    if (Date.now() > deadline) throw startTimeoutError(cluster);
    await sleep(POLL_MS);
  }
  if (failure) throw failure;
  return undefined;
}

const startTimeoutError = ({ files }: Cluster) =>
  new EmbeddedPostgresError(`the server is not ready yet, see ${files.log}`);

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
