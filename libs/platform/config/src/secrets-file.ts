import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BadConfiguration } from './problems.js';
import { newSigningKey, type SigningJwk } from './signing-key.js';

/** What the embedded default makes for itself, once. */
export type Generated = Record<'passwordPepper' | 'code' | 'identifier' | 'jwtKeys', string>;

export const secretsFileIn = (dataDir: string): string => path.join(dataDir, 'secrets.json');

export function readOrGenerate(file: string): Generated {
  if (!existsSync(file)) generate(file);
  try {
    const found = JSON.parse(readFileSync(file, 'utf8')) as Partial<Generated>;
    const complete = [found.passwordPepper, found.code, found.identifier, found.jwtKeys].every(
      (s) => (s ?? '').length >= 32,
    );
    if (complete) return found as Generated;
  } catch {
    // told below, without the content
  }
  throw new BadConfiguration([
    `${file} is damaged: restore it, or move it away to have new secrets (old passwords then stop working)`,
  ]);
}

/** Another process may do the same at this moment: the first link wins, both read the winner's. */
function generate(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  write(draft, freshSecrets(), 'w');
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Changes the keys of the tokens and nothing else; whoever reads meanwhile has the old file or the new one. The draft is the
 * lock: two that rotate at once would lose a key.
 * @param change its `keys` are written, if it gives any; what it has `told` is returned
 */
export function changeKeys<Told>(file: string, change: (jwtKeys: string) => Change<Told>): Told {
  const draft = `${file}.rotating`;
  if (!existsSync(file)) generate(file);
  lock(draft);
  try {
    const secrets = readOrGenerate(file);
    const { keys, told } = change(secrets.jwtKeys);
    if (keys) {
      write(draft, { ...secrets, jwtKeys: JSON.stringify({ keys }) }, 'w');
      renameSync(draft, file);
    }
    return told;
  } finally {
    rmSync(draft, { force: true });
  }
}

interface Change<Told> {
  readonly keys: readonly SigningJwk[] | undefined;
  readonly told: Told;
}

function lock(draft: string): void {
  try {
    write(draft, {}, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new BadConfiguration([`${draft} exists: keys are being rotated at this moment; if they are not, remove it`]);
  }
}

const write = (file: string, content: object, flag: 'w' | 'wx'): void =>
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flush: true, flag });

function freshSecrets(): Generated {
  const random = () => randomBytes(32).toString('base64url');
  const jwtKeys = JSON.stringify({ keys: [newSigningKey(new Date())] });
  return { passwordPepper: random(), code: random(), identifier: random(), jwtKeys };
}
