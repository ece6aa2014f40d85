import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { InvalidConfiguration } from './invalid-configuration.js';
import { generateSigningKey, type SigningJwk } from './signing-key.js';

/** Secrets that the embedded default generates once. */
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
    // The error below does not include the content.
  }
  throw new InvalidConfiguration([
    `${file} is damaged: restore it, or move it away to generate new secrets (existing passwords then stop working)`,
  ]);
}

/** Safe for concurrent processes: the first link wins, and all of them read the winner's file. */
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
 * Replaces the token keys and nothing else. Concurrent readers get either the old or the new file. The draft file is the lock:
 * two concurrent rotations would lose a key.
 * @param update its `keys`, if present, are written; its `result` is returned
 */
export function updateSigningKeys<Result>(
  file: string,
  update: (jwtKeys: string) => SigningKeysUpdate<Result>,
): Result {
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

interface SigningKeysUpdate<Result> {
  readonly keys: readonly SigningJwk[] | undefined;
  readonly result: Result;
}

function acquireRotationLock(draft: string): void {
  try {
    writeSecretsFile(draft, {}, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new InvalidConfiguration([`${draft} exists: another key rotation is running; if none is, remove the file`]);
  }
}

const writeSecretsFile = (file: string, content: object, flag: 'w' | 'wx'): void =>
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flush: true, flag });

function generateSecrets(): GeneratedSecrets {
  const random = () => randomBytes(32).toString('base64url');
  const jwtKeys = JSON.stringify({ keys: [generateSigningKey(new Date())] });
  return { passwordPepper: random(), code: random(), identifier: random(), jwtKeys };
}
