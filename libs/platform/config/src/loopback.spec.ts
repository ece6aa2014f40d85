import { describe, expect, it } from 'vitest';
import { isLoopbackAddress, isLoopbackHost } from './loopback.js';

describe('isLoopbackAddress', () => {
  it.each(['127.0.0.1', '127.255.255.254', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::ffff:7f00:1'])(
    'accepts %s [AC-61]',
    (address) => {
      expect(isLoopbackAddress(address)).toBe(true);
    },
  );

  it.each([
    '',
    'localhost',
    '10.0.0.1',
    '128.0.0.1',
    '0.0.0.0',
    '::',
    '::2',
    '127.0.0.256',
    '127.1',
    '::ffff:10.0.0.1',
    'fe80::1%lo',
  ])('rejects %j [AC-61]', (address) => {
    expect(isLoopbackAddress(address)).toBe(false);
  });
});

describe('isLoopbackHost', () => {
  it.each(['localhost', '127.0.0.1', '127.8.9.10', '[::1]', '::1'])('accepts %s [AC-61]', (name) => {
    expect(isLoopbackHost(name)).toBe(true);
  });

  it.each([
    '',
    'foyer.localhost',
    'localhost.',
    'localhost.example',
    '127.0.0.1.example',
    '1127.0.0.1',
    '0.0.0.0',
    '[::]',
    '[127.0.0.1]',
    '[::1',
  ])('rejects %j [AC-61]', (name) => {
    expect(isLoopbackHost(name)).toBe(false);
  });
});
