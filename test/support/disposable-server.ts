import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, closeSync, constants, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { reapOnExit, type TemporaryFolder } from './resource-reaper.js';

const EXTRA_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/sbin', '/opt/homebrew/bin'];

/** The path of the first of these programs found in `first`, PATH or the usual places. */
export function findProgram(names: readonly string[], first: readonly string[] = []): string | undefined {
  const folders = [...first, ...(process.env['PATH'] ?? '').split(path.delimiter), ...EXTRA_FOLDERS];
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The environment a server gets: nothing of ours but where to find programs and who we are. */
export const minimalEnvironment = (): Record<string, string> =>
  Object.fromEntries(['PATH', 'HOME', 'TZ'].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));

export interface DisposableServerOptions {
  readonly command: readonly [string, ...string[]];
  /** Where it runs and keeps its data. */
  readonly folder: TemporaryFolder;
  readonly env?: Readonly<Record<string, string>>;
  readonly ready: () => Promise<boolean>;
}

export interface DisposableServer {
  readonly pid: number;
  /** Kills it (SIGKILL: nothing is worth keeping) and removes its folder. */
  stop(): Promise<void>;
}

/** Starts a server of our own and waits until it is ready, at most 60 s. It never outlives this process. */
export async function startDisposableServer(o: DisposableServerOptions): Promise<DisposableServer> {
  const log = path.join(o.folder.path, 'output.log');
  const child = spawnServer(o, log);
  const server = reapOnExit(child.pid === undefined ? {} : { group: child.pid });
  const stop = async (): Promise<void> => {
    await server.end();
    await o.folder.end();
  };
  try {
    await waitUntilReady(child, o.ready);
  } catch (cause) {
    const tail = readFileSync(log, 'utf8').trim().split('\n').slice(-5).join(' | ');
    await stop();
    throw new Error(`${o.command[0]} ${(cause as Error).message}: ${tail}`, { cause });
  }
  return { pid: child.pid ?? -1, stop };
}

function spawnServer(o: DisposableServerOptions, log: string): ChildProcess {
  const out = openSync(log, 'a');
  const [program, ...args] = o.command;
  const env = { ...minimalEnvironment(), ...o.env };
  const child = spawn(program, args, { cwd: o.folder.path, env, detached: true, stdio: ['ignore', out, out] });
  child.on('error', () => {});
  child.unref();
  closeSync(out);
  return child;
}

async function waitUntilReady(child: ChildProcess, ready: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await ready()); await sleep(25)) {
    if (child.pid === undefined) throw new Error('cannot be started');
    if (child.exitCode !== null || child.signalCode)
      throw new Error(`ended with ${child.exitCode ?? child.signalCode}`);
    if (Date.now() > deadline) throw new Error('was not ready within 60 s');
  }
}
