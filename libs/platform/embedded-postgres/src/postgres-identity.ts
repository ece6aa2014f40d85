import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** `user`: as a plain user · `userns`: root in a user namespace · `nobody`: root stepped down to nobody or the folder's owner. */
export type IdentityMode = 'user' | 'userns' | 'nobody';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** How to run PostgreSQL's programs, which refuse to run as root. */
export interface Identity {
  readonly mode: IdentityMode;
  readonly prefix: readonly string[];
  /** Owner of the cluster's files, if it is not the user of this process. */
  readonly owner?: Owner;
  /** The child must be spawned with the owner's ids, because `prefix` does not set them. */
  readonly stepDown?: boolean;
}

export interface CommandLine {
  readonly file: string;
  readonly args: string[];
  readonly options: { cwd: string; env: Record<string, string>; uid?: number; gid?: number };
}

// The environment is not inherited: PG… variables would change the programs' behaviour, and they must not receive
// secrets.
const ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

/** A plain user runs PostgreSQL directly. Root runs it as the folder's owner, else in a user namespace, else as nobody. */
export async function resolveIdentity(dataDir: string): Promise<Identity> {
  if (process.getuid?.() !== 0) return { mode: 'user', prefix: [] };
  const folder = statSync(dataDir, { throwIfNoEntry: false });
  if (folder && folder.uid !== 0) return stepDownTo({ uid: folder.uid, gid: folder.gid });
  // Needs no account, and the files stay root's, so this also works below /root. Docker's default profile forbids it.
  const namespace = ['unshare', '--user'];
  return (await canRun(namespace)) ? { mode: 'userns', prefix: namespace } : stepDownTo(await nobodyIds());
}

async function stepDownTo(owner: Owner): Promise<Identity> {
  // The kept capability gives access to folders like /root; access(2) respects it only with no_setuid_fixup.
  const keep = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup'];
  const prefix = ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', ...keep];
  return (await canRun(prefix))
    ? { mode: 'nobody', prefix, owner }
    : { mode: 'nobody', prefix: [], owner, stepDown: true };
}

/**
 * The command to pass to `spawn` or `execFile`. The spawned process becomes the program itself, because every prefix ends in
 * an exec.
 */
export function commandLine(identity: Identity, program: string, args: readonly string[]): CommandLine {
  const [file = program, ...rest] = [...identity.prefix, program, ...args];
  const options = { cwd: path.parse(program).root, env: ENVIRONMENT, ...(identity.stepDown && identity.owner) };
  return { file, args: rest, options };
}

async function canRun([file = '', ...args]: readonly string[]): Promise<boolean> {
  return run(file, [...args, 'true'], { env: ENVIRONMENT, timeout: 5_000 }).then(
    () => true,
    () => false,
  );
}

async function nobodyIds(): Promise<Owner> {
  const id = async (flag: string) => Number((await run('id', [flag, 'nobody'], { env: ENVIRONMENT })).stdout);
  const [uid, gid] = await Promise.all([id('-u'), id('-g')]);
  return { uid, gid };
}
