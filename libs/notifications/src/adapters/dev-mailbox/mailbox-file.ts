import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';

const MAX_MESSAGES = 500;
const REWRITE_ABOVE_BYTES = 1024 * 1024;
const STALE_LOCK_MS = 10_000;
const LINE_FEED = 0x0a;

/**
 * Lines that several processes append to one file (mode 0600). It is cut to its last 500 lines when it has grown beyond
 * 1 MB and twice what the last cut left. Everything is synchronous: within a process nothing comes in between.
 */
export class MailboxFile {
  #rewriteAbove = REWRITE_ABOVE_BYTES;

  constructor(private readonly file: string) {}

  appendLine(line: string): void {
    mkdirSync(path.dirname(this.file), { recursive: true, mode: 0o700 });
    // Another process may have put a new file in the place of the one that was written to. Written twice is read once.
    for (let tries = 0; tries < 5; tries++) if (this.#tryAppend(line)) break;
    if ((this.#stat()?.size ?? 0) > this.#rewriteAbove) this.#trimIfUnlocked();
  }

  /** The last 500, oldest first. */
  readLines(): readonly string[] {
    return this.#stat() ? lastLinesOf(readFileSync(this.file)) : [];
  }

  /** Another one whenever the content is another. */
  computeVersion(): string {
    const stat = this.#stat();
    return stat ? `${stat.ino}-${stat.size}-${stat.mtimeMs}` : 'none';
  }

  #stat() {
    return statSync(this.file, { throwIfNoEntry: false });
  }

  /** True when the line is in the file that others read. */
  #tryAppend(line: string): boolean {
    const fd = openSync(this.file, 'a+', 0o600);
    try {
      const { ino, size } = fstatSync(fd);
      writeSync(fd, `${endsInPartialLine(fd, size) ? '\n' : ''}${line}\n`);
      return this.#stat()?.ino === ino;
    } finally {
      closeSync(fd);
    }
  }

  /** A cut that fails is left to the next message: this one has arrived. */
  #trimIfUnlocked(): void {
    const lock = `${this.file}.lock`;
    if (!tryLock(lock)) return;
    try {
      this.#rewriteWithLastLines();
    } catch {
      // the file is as it was, only longer than it should be
    } finally {
      rmSync(lock, { force: true });
    }
  }

  #rewriteWithLastLines(): void {
    const draft = `${this.file}.draft`;
    rmSync(draft, { force: true });
    const [from, to] = [openSync(this.file, 'r'), openSync(draft, 'ax', 0o600)];
    try {
      const kept = `${lastLinesOf(readFileSync(from)).join('\n')}\n`;
      this.#rewriteAbove = Math.max(REWRITE_ABOVE_BYTES, 2 * Buffer.byteLength(kept));
      writeSync(to, kept);
      renameSync(draft, this.file);
      // What others appended between the reading and the renaming; who comes later sees that the file is another one.
      const late = readFileSync(from);
      if (late.length > 0) writeSync(to, late);
    } finally {
      closeSync(from);
      closeSync(to);
    }
  }
}

const lastLinesOf = (content: Buffer): readonly string[] =>
  [...new Set(content.toString('utf8').split('\n'))].filter((line) => line !== '').slice(-MAX_MESSAGES);

/** A process that died in the middle of a line leaves no line feed behind. */
function endsInPartialLine(fd: number, size: number): boolean {
  const last = Buffer.alloc(1);
  return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== LINE_FEED;
}

/** One process at a time rewrites. A lock that a crash left behind is removed, for whoever comes next. */
function tryLock(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
    return true;
  } catch {
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > STALE_LOCK_MS) rmSync(lock, { force: true });
    return false;
  }
}
