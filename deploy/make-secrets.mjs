// Writes the secrets a program with DATABASE_URL needs into .env, once. What is set there stays. What the embedded default
// has made for itself is taken over, because a .env is read by both: new secrets would end all its passwords.
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { appendFileSync, chmodSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';

const FILE = '.env';
const text = existsSync(FILE) ? readFileSync(FILE, 'utf8') : '';
const settings = parseEnv(text);
const ownSecrets = path.join(process.env.DATA_DIR || settings.DATA_DIR || '.data', 'secrets.json');
const embedded = existsSync(ownSecrets) ? JSON.parse(readFileSync(ownSecrets, 'utf8')) : {};

const random = () => randomBytes(32).toString('base64url');
const secrets = {
  PASSWORD_PEPPER: embedded.passwordPepper ?? random(),
  CODE_SECRET: embedded.code ?? random(),
  IDENTIFIER_SECRET: embedded.identifier ?? random(),
  JWT_KEYS: embedded.jwtKeys ?? JSON.stringify({ keys: [signingKey()] }),
};
const missing = Object.entries(secrets).filter(([name]) => !settings[name]?.trim());

if (missing.length > 0) {
  const lines = missing.map(([name, value]) => `${name}='${value}'\n`);
  appendFileSync(FILE, (text === '' || text.endsWith('\n') ? '' : '\n') + lines.join(''), { mode: 0o600 });
  console.log(
    `${FILE} now has ${missing.map(([name]) => name).join(', ')}. Keep it: passwords and sessions depend on it.`,
  );
}
chmodSync(FILE, 0o600);

function signingKey() {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    ...privateKey.export({ format: 'jwk' }),
    kid: randomUUID(),
    alg: 'EdDSA',
    use: 'sig',
    iat: Math.floor(Date.now() / 1000),
  };
}
