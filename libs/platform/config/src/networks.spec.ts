import { describe, expect, it } from 'vitest';
import { createNetworkMatcher, readNetworks } from './networks.js';
import { SettingsReader } from './settings-reader.js';

describe('networks', () => {
  it.each([
    ['192.0.2.7', ['192.0.2.7', '::ffff:192.0.2.7'], ['192.0.2.8', '::1']],
    ['10.0.0.0/8', ['10.0.0.0', '10.255.255.255'], ['11.0.0.0', '9.255.255.255']],
    ['2001:db8::/32', ['2001:db8::1', '2001:DB8:ffff::'], ['2001:db9::', '192.0.2.7']],
    ['::1', ['::1', '0:0:0:0:0:0:0:1'], ['::2', '127.0.0.1']],
    ['0.0.0.0/0', ['1.2.3.4', '255.255.255.255'], ['::2', 'x', '']],
  ])('%s contains %s and not %s', (network, inside, outside) => {
    const within = createNetworkMatcher([network]);
    for (const address of inside) expect(within(address), address).toBe(true);
    for (const address of outside) expect(within(address), address).toBe(false);
  });

  it('rejects true, a number of hops and a name [AC-30]', () => {
    for (const value of [
      'true',
      '1',
      '*',
      'localhost',
      '10.0.0.0/33',
      '::/129',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '10.0.0/8',
    ]) {
      const reader = new SettingsReader({ TRUST_PROXY: value });
      expect(readNetworks(reader, 'TRUST_PROXY'), value).toEqual([]);
      expect(() => reader.throwIfInvalid(), value).toThrow(/TRUST_PROXY/);
    }
  });

  it('contains no invalid address [AC-27]', () => {
    for (const address of ['', 'a', '1.2.3', '1.2.3.4, 5.6.7.8', '1.2.3.4%eth0', `${'1'.repeat(10_000)}`])
      expect(createNetworkMatcher(['0.0.0.0/0', '::/0'])(address), address.slice(0, 20)).toBe(false);
  });
});
