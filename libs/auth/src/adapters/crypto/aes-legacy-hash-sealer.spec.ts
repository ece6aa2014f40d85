import { expect, it } from 'vitest';
import { AesLegacyHashSealer } from './aes-legacy-hash-sealer.js';

const key = (kid: string) => ({ kid, secret: `the secret ${kid} of the tests, long enough for all` });
const HASH = `$argon2id$v=19$m=65536,t=3,p=4$${'s'.repeat(86)}$${'h'.repeat(86)}`;

it('seals a legacy hash for its customer within the column length', () => {
  const credentials = new AesLegacyHashSealer([key('a'.repeat(16))]);
  const sealed = credentials.seal(HASH.padEnd(300, 'x'), 'mia');
  expect(sealed.length).toBeLessThanOrEqual(500);
  expect(sealed).not.toContain('argon2');
  expect(credentials.open(sealed, 'mia')).toBe(HASH.padEnd(300, 'x'));
  expect(credentials.open(sealed, 'ben')).toBeUndefined();
});

it('opens seals of any key in the ring, and nothing else', () => {
  const sealed = new AesLegacyHashSealer([key('old')]).seal(HASH, 'mia');
  expect(new AesLegacyHashSealer([key('new'), key('old')]).open(sealed, 'mia')).toBe(HASH);
  expect(new AesLegacyHashSealer([key('new')]).open(sealed, 'mia')).toBeUndefined();
  for (const other of ['', 'v2$new$$2b$12$x', 'f1$', 'f1$new.', HASH])
    expect(new AesLegacyHashSealer([key('new')]).open(other, 'mia')).toBeUndefined();
});
