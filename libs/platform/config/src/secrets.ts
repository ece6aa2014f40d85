import type { KeyRing } from './key-ring.js';
import { readOrGenerateSecrets, secretsFilePath } from './secrets-file.js';
import type { Settings } from './settings.js';

/** The secrets of this process: from settings, or generated once into the data folder of the embedded default (mode 0600). */
export abstract class Secrets {
  abstract readonly passwordPepper: KeyRing;
  abstract readonly code: KeyRing;
  abstract readonly identifier: KeyRing;
  /** A private JWK set (RFC 7517) as JSON. */
  abstract readonly jwtKeys: string;
}

export function loadSecrets(settings: Settings): Secrets {
  const { passwordPepper, codeSecret: code, identifierSecret: identifier, jwtKeys } = settings;
  if (passwordPepper && code && identifier && jwtKeys) return { passwordPepper, code, identifier, jwtKeys };
  const generated = readOrGenerateSecrets(secretsFilePath(settings.dataDir));
  return {
    passwordPepper: passwordPepper ?? toKeyRing(generated.passwordPepper),
    code: code ?? toKeyRing(generated.code),
    identifier: identifier ?? toKeyRing(generated.identifier),
    jwtKeys: jwtKeys ?? generated.jwtKeys,
  };
}

const toKeyRing = (secret: string): KeyRing => [{ kid: '0', secret }];
