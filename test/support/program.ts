import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwaitableList } from './awaitable-list.js';
import { minimalEnvironment } from './disposable-server.js';
import { ROOT } from './ensure-built.js';
import { type Reply, type RequestOptions, send } from './http-message.js';
import { ManagedProcess } from './managed-process.js';
import { freePort } from './ports.js';
import { sendRaw } from './raw-http.js';
import { type TemporaryFolder, temporaryFolder } from './resource-reaper.js';

type Settings = Readonly<Record<string, string>>;
export type LogLine = Readonly<Record<string, unknown>>;

export interface ProgramOptions {
  /** Its settings. Nothing else comes from our environment but PATH, HOME and TZ, and no `.env` is read. */
  readonly env?: Settings;
  /** The script to run, from the project's root; default: the built server. */
  readonly entry?: string;
  readonly args?: readonly string[];
  /** Default 30 000. */
  readonly readyTimeoutMs?: number;
}

const SERVER = 'dist/apps/server/src/main.js';
const STOP_TIMEOUT_MS = 30_000;

/** Starts the built program on a free port with a DATA_DIR of its own and waits until /health/ready answers 200. */
export async function startProgram(o: ProgramOptions = {}): Promise<Program> {
  const program = new Program(await freePort(), temporaryFolder(), o);
  await program.start();
  return program;
}

/** Runs a script to its end, for programs that end by themselves (migrations, a start that must fail). */
export async function runProgram(
  o: ProgramOptions & { timeoutMs?: number } = {},
): Promise<{ code: number; output: string }> {
  const program = new Program(await freePort(), temporaryFolder(), o);
  try {
    const code = await program.startWithoutWaiting().waitForExit(o.timeoutMs ?? STOP_TIMEOUT_MS);
    return { code, output: program.output() };
  } finally {
    await program.dispose();
  }
}

/** The program as a child process; killed, with its DATA_DIR and embedded database, when the test file ends. */
export class Program {
  readonly url: string;
  readonly #lines = new AwaitableList<string>('line of output');
  #env: Settings;
  #child: ManagedProcess | undefined;

  constructor(
    readonly port: number,
    private readonly folder: TemporaryFolder,
    private readonly o: ProgramOptions,
  ) {
    this.url = `http://127.0.0.1:${port}`;
    // Every test calls from the same address: a test of source limits says so itself.
    const trusted = { TRUSTED_SOURCES: '127.0.0.0/8', PRE_STOP_MS: '0' };
    const own = { HOST: '127.0.0.1', PORT: String(port), DATA_DIR: path.join(folder.path, 'data'), ...trusted };
    this.#env = { ...minimalEnvironment(), ...own, ...o.env };
  }

  /** What it was last started with. */
  get env(): Settings {
    return this.#env;
  }

  get pid(): number {
    return this.#child?.pid ?? -1;
  }

  get running(): boolean {
    return this.#child?.running ?? false;
  }

  /** The lines of output that are JSON objects, over all starts. */
  logs(): LogLine[] {
    return this.#lines.items.map(parseLine).filter((line) => line !== undefined);
  }

  /** Everything it wrote to stdout and stderr, over all starts. */
  output(): string {
    return this.#lines.items.join('\n');
  }

  /** The first line of output that contains or matches `text`, here already or coming within `timeoutMs`. */
  waitForOutput(text: string | RegExp, timeoutMs?: number): Promise<string> {
    return this.#lines.waitFor((line) => (typeof text === 'string' ? line.includes(text) : text.test(line)), timeoutMs);
  }

  /** The first JSON line that fits, here already or coming within `timeoutMs`: a log line may trail its answer. */
  async waitForLog(fits: (line: LogLine) => boolean, timeoutMs?: number): Promise<LogLine> {
    const parsed = (line: string): LogLine => parseLine(line) ?? {};
    return parsed(await this.#lines.waitFor((line) => fits(parsed(line)), timeoutMs));
  }

  request<T = unknown>(method: string, target: string, o?: RequestOptions): Promise<Reply<T>> {
    return send<T>(this.url + target, method, o);
  }

  /** Sends exactly these bytes (malformed HTTP, repeated headers) and reads one answer. */
  rawRequest(bytes: string | Uint8Array, timeoutMs?: number): Promise<Reply> {
    return sendRaw(this.url, bytes, timeoutMs);
  }

  /** Starts it (again) and waits until it is ready. @throws Error with the last 40 lines of output. */
  async start(): Promise<void> {
    const child = this.startWithoutWaiting();
    const why = await this.#waitUntilReady(child, this.o.readyTimeoutMs ?? 30_000);
    if (!why) return;
    await child.kill();
    throw child.createFailure(why);
  }

  /** Starts it without waiting. */
  startWithoutWaiting(): ManagedProcess {
    const script = path.resolve(ROOT, this.o.entry ?? SERVER);
    // cwd: a developer's .env lies in the project's root
    const { args = [] } = this.o;
    this.#child = new ManagedProcess({ script, args, cwd: this.folder.path, env: this.#env, lines: this.#lines });
    return this.#child;
  }

  /** Asks it to end and waits, at most 30 s. Returns its exit code; 128 + n if signal n ended it. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    this.#child?.signal(signal);
    return (await this.#child?.waitForExit(STOP_TIMEOUT_MS)) ?? 0;
  }

  /** SIGKILL, as a crash would be. An embedded database of its own lives on until it is started again. */
  async kill(): Promise<void> {
    await this.#child?.kill();
  }

  /** Stops it if it runs and starts it on the same port and DATA_DIR, with `env` in addition. */
  async restart(env: Settings = {}): Promise<void> {
    if (this.running) await this.stop();
    this.#env = { ...this.#env, ...env };
    await this.start();
  }

  /** Kills it and removes its DATA_DIR now. */
  async dispose(): Promise<void> {
    await this.kill();
    await this.folder.end();
  }

  /** Undefined when it is ready, else why it will not be. */
  async #waitUntilReady(child: ManagedProcess, timeoutMs: number): Promise<string | undefined> {
    const deadline = Date.now() + timeoutMs;
    for (let status: number | undefined; status !== 200; await sleep(25)) {
      if (!child.running) return `the program ended with ${await child.exit} before it was ready`;
      if (Date.now() > deadline) return `not ready within ${timeoutMs} ms (/health/ready: ${status ?? 'no answer'})`;
      const reply = await this.request('GET', '/health/ready', { timeoutMs: 5_000 }).catch(() => undefined);
      status = reply?.status;
    }
    return undefined;
  }
}

function parseLine(line: string): LogLine | undefined {
  try {
    return line.startsWith('{') ? (JSON.parse(line) as LogLine) : undefined;
  } catch {
    return undefined;
  }
}
