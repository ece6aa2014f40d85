import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { KeyRing } from './key-ring.js';
import { BadConfiguration } from './problems.js';
import type { Settings } from './settings.js';

/** The secrets of this process: set, or generated once into the data folder of the embedded default (mode 0600). */
export abstract class Secrets {
  abstract readonly passwordPepper: KeyRing;
  abstract readonly code: KeyRing;
  abstract readonly identifier: KeyRing;
  /** A private JWK set (RFC 7517) as JSON. */
  abstract readonly jwtKeys: string;
}

type Generated = Record<'passwordPepper' | 'code' | 'identifier' | 'jwtKeys', string>;

export function provideSecrets(settings: Settings): Secrets {
  const { passwordPepper, codeSecret: code, identifierSecret: identifier, jwtKeys } = settings;
  if (passwordPepper && code && identifier && jwtKeys) return { passwordPepper, code, identifier, jwtKeys };
  const generated = readOrGenerate(path.join(settings.dataDir, 'secrets.json'));
  return {
    passwordPepper: passwordPepper ?? ring(generated.passwordPepper),
    code: code ?? ring(generated.code),
    identifier: identifier ?? ring(generated.identifier),
    jwtKeys: jwtKeys ?? generated.jwtKeys,
  };
}

const ring = (secret: string): KeyRing => [{ kid: '0', secret }];

function readOrGenerate(file: string): Generated {
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
  writeFileSync(draft, `${JSON.stringify(freshSecrets(), null, 2)}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function freshSecrets(): Generated {
  const random = () => randomBytes(32).toString('base64url');
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'EdDSA', use: 'sig' };
  return { passwordPepper: random(), code: random(), identifier: random(), jwtKeys: JSON.stringify({ keys: [key] }) };
}
