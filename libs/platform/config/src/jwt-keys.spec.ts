import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readJwtKeys } from './jwt-keys.js';
import { SettingsReader } from './settings-reader.js';

const ed = { ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }), kid: 'a', alg: 'EdDSA' };
const ec = {
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  kid: 'b',
  alg: 'ES256',
};
const rsa = {
  ...generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({ format: 'jwk' }),
  kid: 'c',
  alg: 'RS256',
};
const setOf = (...keys: object[]) => JSON.stringify({ keys });

function faultOf(value: string | undefined): string {
  const read = new SettingsReader({ JWT_KEYS: value });
  readJwtKeys(read);
  try {
    read.throwIfInvalid();
    return 'none';
  } catch (error) {
    return String(error);
  }
}

describe('JWT_KEYS [AC-53]', () => {
  it.each([
    undefined,
    '',
    setOf(ed),
    setOf(ec),
    setOf(ed, ec),
    setOf({ ...ed, key_ops: ['sign'], ext: true, use: 'sig' }),
  ])('accepts %j', (value) => expect(faultOf(value)).toBe('none'));

  it.each([
    ['no JSON', 'hunter2'],
    ['no set', JSON.stringify(ed)],
    ['no key', setOf()],
    ['no list', '{"keys":{}}'],
    ['a public key', setOf({ ...ed, d: undefined })],
    ['a public key behind a private one', setOf(ed, { ...ec, d: undefined })],
    ['no kid', setOf({ ...ed, kid: undefined })],
    ['a kid that is no text', setOf({ ...ed, kid: 7 })],
    ['the same kid twice', setOf(ed, { ...ec, kid: 'a' })],
    ['no alg', setOf({ ...ed, alg: undefined })],
    ['an alg of another kind of key', setOf({ ...ed, alg: 'ES256' })],
    ['an alg that is not pinned', setOf(rsa)],
    ['a damaged key', setOf({ ...ec, x: 'AAAA' })],
    ['a symmetric key', '{"keys":[{"kty":"oct","k":"hunter2","kid":"1","alg":"HS256"}]}'],
  ])('rejects %s without repeating it', (_, value) => {
    expect(faultOf(value)).toContain('JWT_KEYS must be a private JWK set');
    expect(faultOf(value)).not.toMatch(new RegExp(`hunter2|${ed.d}|${ec.d}`));
  });
});
