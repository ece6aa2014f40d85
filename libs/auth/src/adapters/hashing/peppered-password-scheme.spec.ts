import { expect, it } from 'vitest';
import { PasswordPepper } from '#platform/passwords';
import { PepperedPasswordScheme } from './peppered-password-scheme.js';

const pepper = new PasswordPepper([
  { kid: '1', secret: 'the-newer-pepper-of-this-test-suite-1' },
  { kid: '0', secret: 'the-older-pepper-of-this-test-suite-0' },
]);
const scheme = new PepperedPasswordScheme(pepper);

it('returns one pre-hash per pepper, the current pepper first', () => {
  expect(scheme.preHashes('right')).toEqual(pepper.preHashes('right'));
  expect(scheme.preHashes('right').map(({ kid }) => kid)).toEqual(['1', '0']);
});

it('decodes its own encoding, and nothing else', () => {
  expect(scheme.decode(scheme.encode('0', '$2b$12$abc'))).toEqual({ kid: '0', hash: '$2b$12$abc' });
  for (const other of ['', 'v1$0$abc', '$2b$12$abc']) expect(scheme.decode(other)).toBeUndefined();
});
