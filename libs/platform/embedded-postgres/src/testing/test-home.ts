import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readPostmasterFile } from '../postmaster-file.js';
import { isAlive } from '../processes.js';
import { type StartedServer, TestProgram } from './test-program.js';

export const isRoot = process.getuid?.() === 0;
/** False in most containers. */
export const canUnshare = (what: '--user' | '--mount'): boolean =>
  isRoot && process.platform === 'linux' && spawnSync('unshare', [what, 'true']).status === 0;

const NOBODY = 65534;

/** A user to run programs as: the current one and, if that is root, a plain user as well. */
export interface TestUser {
  readonly name: string;
  readonly mode: string;
  readonly prefix: readonly string[];
  readonly uid?: number;
}

const stepDown = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
export const testUsers: readonly TestUser[] = isRoot
  ? [
      { name: 'root', mode: canUnshare('--user') ? 'userns' : 'nobody', prefix: [] },
      { name: 'a plain user', mode: 'user', prefix: stepDown, uid: NOBODY },
    ]
  : [{ name: 'a plain user', mode: 'user', prefix: [] }];

/** A user's temporary folder, closed to others like /root, and the programs started on it. */
export class TestHome {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'foyer-embedded-'));
  readonly dataDir = path.join(this.folder, 'data', 'pg');
  readonly programs: TestProgram[] = [];

  constructor(
    private readonly main: string,
    private readonly user: TestUser,
    template?: TestHome,
  ) {
    this.chownToUser(this.folder);
    // Saves the half second of initdb for tests that are not about it.
    if (template) execFileSync('cp', ['-a', `${template.folder}/.`, this.folder]);
  }

  chownToUser(...files: string[]): void {
    if (this.user.uid !== undefined) for (const file of files) chownSync(file, this.user.uid, this.user.uid);
  }

  run(prefix = this.user.prefix): TestProgram {
    const program = TestProgram.run(this.main, this.dataDir, prefix);
    this.programs.push(program);
    return program;
  }

  start(): Promise<StartedServer> {
    return this.run().started();
  }

  /** The program started last. */
  get latest(): TestProgram {
    return this.programs.at(-1) as TestProgram;
  }

  /** @returns the server that was still running after every program stopped; it is stopped now */
  async cleanUp(): Promise<number | undefined> {
    for (const program of this.programs) await program.stop();
    const left = readPostmasterFile(this.dataDir)?.pid;
    if (left && isAlive(left)) process.kill(left, 'SIGQUIT');
    rmSync(this.folder, { recursive: true, force: true });
    return left;
  }
}
