import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { InvalidConfiguration } from './invalid-configuration.js';
import { generateSigningKey, type SigningJwk } from './signing-key.js';

/** What the embedded default makes for itself, once. */
export type GeneratedSecrets = Record<'passwordPepper' | 'code' | 'identifier' | 'jwtKeys', string>;

export const secretsFilePath = (dataDir: string): string => path.join(dataDir, 'secrets.json');

export function readOrGenerateSecrets(file: string): GeneratedSecrets {
  if (!existsSync(file)) generateSecretsFile(file);
  try {
    const found = JSON.parse(readFileSync(file, 'utf8')) as Partial<GeneratedSecrets>;
    const complete = [found.passwordPepper, found.code, found.identifier, found.jwtKeys].every(
      (s) => (s ?? '').length >= 32,
    );
    if (complete) return found as GeneratedSecrets;
  } catch {
    // told below, without the content
  }
  throw new InvalidConfiguration([
    `${file} is damaged: restore it, or move it away to have new secrets (old passwords then stop working)`,
  ]);
}

/** Another process may do the same at this moment: the first link wins, both read the winner's. */
function generateSecretsFile(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  writeSecretsFile(draft, generateSecrets(), 'w');
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
 * @param update its `keys` are written, if it gives any; what it has `told` is returned
 */
export function updateSigningKeys<Told>(file: string, update: (jwtKeys: string) => SigningKeysUpdate<Told>): Told {
  const draft = `${file}.rotating`;
  if (!existsSync(file)) generateSecretsFile(file);
  acquireRotationLock(draft);
  try {
    const secrets = readOrGenerateSecrets(file);
    const { keys, result } = update(secrets.jwtKeys);
    if (keys) {
      writeSecretsFile(draft, { ...secrets, jwtKeys: JSON.stringify({ keys }) }, 'w');
      renameSync(draft, file);
    }
    return result;
  } finally {
    rmSync(draft, { force: true });
  }
}

interface SigningKeysUpdate<Told> {
  readonly keys: readonly SigningJwk[] | undefined;
  readonly result: Told;
}

function acquireRotationLock(draft: string): void {
  try {
    writeSecretsFile(draft, {}, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new InvalidConfiguration([
      `${draft} exists: keys are being rotated at this moment; if they are not, remove it`,
    ]);
  }
}

const writeSecretsFile = (file: string, content: object, flag: 'w' | 'wx'): void =>
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flush: true, flag });

function generateSecrets(): GeneratedSecrets {
  const random = () => randomBytes(32).toString('base64url');
  const jwtKeys = JSON.stringify({ keys: [generateSigningKey(new Date())] });
  return { passwordPepper: random(), code: random(), identifier: random(), jwtKeys };
}
