import type { KeyRing } from './key-ring.js';
import { readOrGenerate, secretsFileIn } from './secrets-file.js';
import type { Settings } from './settings.js';

/** The secrets of this process: set, or generated once into the data folder of the embedded default (mode 0600). */
export abstract class Secrets {
  abstract readonly passwordPepper: KeyRing;
  abstract readonly code: KeyRing;
  abstract readonly identifier: KeyRing;
  /** A private JWK set (RFC 7517) as JSON. */
  abstract readonly jwtKeys: string;
}

export function provideSecrets(settings: Settings): Secrets {
  const { passwordPepper, codeSecret: code, identifierSecret: identifier, jwtKeys } = settings;
  if (passwordPepper && code && identifier && jwtKeys) return { passwordPepper, code, identifier, jwtKeys };
  const generated = readOrGenerate(secretsFileIn(settings.dataDir));
  return {
    passwordPepper: passwordPepper ?? ring(generated.passwordPepper),
    code: code ?? ring(generated.code),
    identifier: identifier ?? ring(generated.identifier),
    jwtKeys: jwtKeys ?? generated.jwtKeys,
  };
}

const ring = (secret: string): KeyRing => [{ kid: '0', secret }];
