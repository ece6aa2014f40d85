import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import path from 'node:path';

export const canMount = process.platform === 'linux' && process.getuid?.() === 0;

/** A file system in memory that can be filled. It is unmounted at the latest when this process is gone. */
export class SmallDisk {
  #dir = '';

  constructor(private readonly megabytes: number) {}

  mount(dir: string): { end(): Promise<void> } {
    this.#dir = dir;
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${this.megabytes}m,mode=0711`, 'tmpfs', dir]);
    // The kernel closes the pipe however we go.
    const keeper = spawn('sh', ['-c', 'read -r _; umount -l -- "$1"', 'sh', dir], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    const gone = once(keeper, 'exit');
    keeper.unref();
    (keeper.stdin as Socket).unref();
    return {
      async end() {
        keeper.ref();
        keeper.stdin.end();
        await gone;
      },
    };
  }

  /** Until not one byte more is taken. */
  fill(): void {
    const file = openSync(this.#ballast, 'w');
    const chunk = Buffer.alloc(64 * 1024, 'x');
    try {
      for (let size = chunk.length; size > 0; ) size = writeSync(file, chunk, 0, size);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.#ballast);
  }

  get #ballast(): string {
    return path.join(this.#dir, 'ballast');
  }
}
