import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync } from 'node:fs';
import type { Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';

/**
 * A shell that waits for the end of its standard input and then cleans up: kills process group `$1`, stops every
 * PostgreSQL whose data lies in folder `$2`, removes that folder. The kernel closes the pipe however we go (end,
 * Ctrl-C, crash, SIGKILL), so nothing stays behind.
 */
const REAPER_SCRIPT = `
read -r _
[ -z "$1" ] || kill -s KILL -- "-$1"
[ -n "$2" ] || exit 0
find "$2" -name postmaster.pid -exec sh -c '
  pid=$(head -n 1 "$1")
  if [ ! -d /proc/self ] || [ "/proc/$pid/cwd" -ef "\${1%/*}" ]; then kill -s QUIT "$pid"; fi' sh {} ";"
for _ in 1 2 3 4 5 6 7 8 9 10; do
  rm -rf -- "$2" && sleep 0.05 && [ ! -e "$2" ] && exit 0
  sleep 0.1
done`;

// A killed vitest leaves its workers waiting for orders for ever, and what they guard would wait with them.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));

export interface ReapedResources {
  /** A process group (the pid of a `detached` child). */
  readonly group?: number;
  /** A folder of ours. */
  readonly dir?: string;
}

export interface Reaper {
  /** Cleans up now; resolves when that is done. Calling it again is harmless. */
  end(): Promise<void>;
}

/** Sees to it that `what` is gone after `end()`, and after this process is gone, whichever comes first. */
export function reapOnExit(what: ReapedResources): Reaper {
  // detached: Ctrl-C in the terminal must not reach the one who cleans up
  const shell = spawn('sh', ['-c', REAPER_SCRIPT, 'sh', String(what.group ?? ''), what.dir ?? ''], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const gone = once(shell, 'exit');
  shell.unref();
  (shell.stdin as Socket).unref();
  return {
    async end() {
      shell.ref();
      shell.stdin.end();
      await gone;
    },
  };
}

export interface TemporaryFolder extends Reaper {
  readonly path: string;
}

/** A new folder under the system's temporary folder, gone at the latest when this process is. */
export function temporaryFolder(): TemporaryFolder {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'foyer-test-'));
  chmodSync(dir, 0o711); // a server started by root may run as somebody else
  return { path: dir, ...reapOnExit({ dir }) };
}
