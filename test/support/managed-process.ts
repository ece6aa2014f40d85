import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AwaitableList } from './awaitable-list.js';
import { reapOnExit } from './resource-reaper.js';

export interface ManagedProcessOptions {
  readonly script: string;
  readonly args?: readonly string[];
  /** What runs the script; default: this Node. */
  readonly runner?: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Every line it writes to stdout or stderr goes here. */
  readonly lines: AwaitableList<string>;
}

/** A program that runs as a child of ours and never outlives us. */
export class ManagedProcess {
  /** Its exit code once it has ended; 128 + n if signal n ended it. */
  readonly exit: Promise<number>;
  readonly #process: ChildProcess;

  constructor(private readonly o: ManagedProcessOptions) {
    const { script, args = [], runner, cwd, env, lines } = o;
    const child = spawn(runner ?? process.execPath, [script, ...args], {
      cwd,
      env,
      detached: true, // Ctrl-C is for vitest, not for its children
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    const group = reapOnExit(child.pid === undefined ? {} : { group: child.pid });
    this.exit = exitCode(child).finally(() => group.end());
    for (const stream of [child.stdout, child.stderr]) readLines(stream, (line) => lines.add(line));
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exit;
  }

  /** Waits for its end. @throws Error after killing it, if that takes longer than `timeoutMs`. */
  async waitForExit(timeoutMs: number): Promise<number> {
    const code = await Promise.race([this.exit, sleep(timeoutMs, undefined, { ref: false })]);
    if (code !== undefined) return code;
    await this.kill();
    throw this.createFailure(`still running after ${timeoutMs} ms`);
  }

  /** An error that shows the last 40 lines it wrote. */
  createFailure(what: string): Error {
    return new Error(`${what}; its last lines:\n${this.o.lines.items.slice(-40).join('\n')}`);
  }
}

async function exitCode(child: ChildProcess): Promise<number> {
  const ended = new Promise<number>((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? os.constants.signals[signal] : 0)));
  });
  const read = once(child, 'close').catch(() => {});
  const code = await ended;
  // its last lines may still be in the pipe, and somebody it left behind may hold that pipe open
  await Promise.race([read, sleep(500, undefined, { ref: false })]);
  return code;
}

// not node:readline: it takes U+2028 for the end of a line, and JSON does not escape it
function readLines(stream: Readable, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
  stream.on('end', () => rest && take(rest));
}
