import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { guardedLookup, isPublic } from './guarded-lookup.js';

describe('isPublic', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.170',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::a00:1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::1',
    '3fff::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'ff02::1',
    'localhost',
    '',
  ])('returns false for %s', (address) => {
    expect(isPublic(address)).toBe(false);
  });

  it.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '100.128.0.1', '192.0.3.1', '2606:4700::1111', '2a00:1450::1'])(
    'returns true for %s',
    (address) => {
      expect(isPublic(address)).toBe(true);
    },
  );
});

describe('guardedLookup', () => {
  const look = (isAllowed: (address: string) => boolean, all: boolean) =>
    promisify(guardedLookup(isAllowed))('localhost', { all });

  it('returns the allowed addresses in the requested format', async () => {
    expect(await look((address) => address === '127.0.0.1', true)).toEqual([{ address: '127.0.0.1', family: 4 }]);
    expect(await look((address) => address === '127.0.0.1', false)).toBe('127.0.0.1');
  });

  it('rejects a name without an allowed address and a name without addresses', async () => {
    await expect(look(isPublic, true)).rejects.toThrow('not public');
    await expect(promisify(guardedLookup(() => true))('nowhere.invalid', { all: true })).rejects.toThrow(
      /ENOTFOUND|EAI_AGAIN/,
    );
  });
});
