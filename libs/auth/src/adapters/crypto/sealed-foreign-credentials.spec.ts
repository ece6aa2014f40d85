import { expect, it } from 'vitest';
import { SealedForeignCredentials } from './sealed-foreign-credentials.js';

const key = (kid: string) => ({ kid, secret: `the secret ${kid} of the tests, long enough for all` });
const HASH = `$argon2id$v=19$m=65536,t=3,p=4$${'s'.repeat(86)}$${'h'.repeat(86)}`;

it('seals the hash of another system for its customer, so that it fits its column', () => {
  const credentials = new SealedForeignCredentials([key('a'.repeat(16))]);
  const sealed = credentials.seal(HASH.padEnd(300, 'x'), 'mia');
  expect(sealed.length).toBeLessThanOrEqual(500);
  expect(sealed).not.toContain('argon2');
  expect(credentials.open(sealed, 'mia')).toBe(HASH.padEnd(300, 'x'));
  expect(credentials.open(sealed, 'ben')).toBeUndefined();
});

it('opens what any key of the ring has sealed, and nothing else', () => {
  const sealed = new SealedForeignCredentials([key('old')]).seal(HASH, 'mia');
  expect(new SealedForeignCredentials([key('new'), key('old')]).open(sealed, 'mia')).toBe(HASH);
  expect(new SealedForeignCredentials([key('new')]).open(sealed, 'mia')).toBeUndefined();
  for (const other of ['', 'v2$new$$2b$12$x', 'f1$', 'f1$new.', HASH])
    expect(new SealedForeignCredentials([key('new')]).open(other, 'mia')).toBeUndefined();
});
