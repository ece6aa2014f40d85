import { isIP, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientAddressOf, clientNetworkOf, parseForwardedAddress } from './client-network.js';

const hextets = (bytes: readonly number[]) =>
  Array.from({ length: 8 }, (_, n) => (((bytes[2 * n] ?? 0) << 8) | (bytes[2 * n + 1] ?? 0)).toString(16));
const dotted = (bytes: readonly number[]) => bytes.slice(12).join('.');
/** Writes the longest run of zeros as `::`. */
const shortened = (groups: readonly string[]) => {
  const run = /(?:^|:)0(?::0)+(?:$|:)/.exec(groups.join(':'));
  return run ? groups.join(':').replace(run[0], '::') : groups.join(':');
};
/** All spellings of the same sixteen bytes. */
const spellings = (bytes: readonly number[]): string[] => {
  const groups = hextets(bytes);
  const padded = groups.map((group) => group.padStart(4, '0'));
  const mixed = [...groups.slice(0, 6), dotted(bytes)].join(':');
  return [groups.join(':'), padded.join(':'), shortened(groups), groups.join(':').toUpperCase(), mixed]
    .flatMap((spelling) => [spelling, `${spelling}%eth0`])
    .filter((spelling) => isIPv6(spelling.replace(/%.*/, '')));
};
const byte = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 }));
const bytes = fc.array(byte, { minLength: 16, maxLength: 16 });
const ipv4 = fc.tuple(byte, byte, byte, byte).map((parts) => parts.join('.'));
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];

describe('clientNetworkOf [AC-08]', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['1::', '1:0:0:0::/64'],
    ['::1:2:3:4:5:6:7', '0:1:2:3::/64'],
  ])('%s is %s', (address, prefix) => expect(clientNetworkOf(address)).toBe(prefix));

  it('maps equivalent spellings to one source [INV-15]', () => {
    fc.assert(
      fc.property(bytes, (all) => {
        expect(new Set(spellings(all).map(clientNetworkOf)).size, spellings(all).join(' ')).toBe(1);
      }),
      { numRuns: 500 },
    );
  });

  it('treats IPv4 in IPv6 as IPv4, in any spelling [INV-15]', () => {
    fc.assert(
      fc.property(ipv4, (address) => {
        const all = [...MAPPED, ...address.split('.').map(Number)];
        for (const spelling of spellings(all)) expect(clientNetworkOf(spelling), spelling).toBe(address);
      }),
    );
  });

  it('is idempotent, and equal for every address of the same network [INV-15]', () => {
    fc.assert(
      fc.property(bytes, bytes, (network, host) => {
        const [first, second] = [network, [...network.slice(0, 8), ...host.slice(8)]];
        fc.pre(![first, second].some((all) => all.slice(0, 10).every((part) => part === 0)));
        expect(clientNetworkOf(hextets(first).join(':'))).toBe(clientNetworkOf(hextets(second).join(':')));
      }),
    );
  });

  it('distinguishes networks [AC-08]', () => {
    fc.assert(
      fc.property(bytes, bytes, (first, second) => {
        fc.pre(hextets(first).slice(0, 4).join() !== hextets(second).slice(0, 4).join());
        expect(clientNetworkOf(hextets(first).join(':'))).not.toBe(clientNetworkOf(hextets(second).join(':')));
      }),
    );
  });

  it('treats text that is not an address as its own source, and never throws [AC-27]', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('a', '', '1.2.3', '::g', '1.2.3.4.5')), (text) => {
        expect(typeof clientNetworkOf(text)).toBe('string');
      }),
    );
    expect(clientNetworkOf('unknown')).toBe('unknown');
  });
});

describe('clientAddressOf [AC-27]', () => {
  const request = (ip: string, remoteAddress?: string) => ({
    ip,
    raw: { socket: remoteAddress === undefined ? {} : { remoteAddress } },
  });

  it('returns a forwarded address', () => {
    expect(clientAddressOf(request('192.0.2.7', '10.0.0.1'))).toBe('192.0.2.7');
    expect(clientAddressOf(request('2001:db8::1', '10.0.0.1'))).toBe('2001:db8::1');
  });

  it('falls back to the connection where there is no forwarded address', () => {
    for (const forwarded of ['a', '', '1.2.3.4, 5.6.7.8', 'x'.repeat(10_000)])
      expect(clientAddressOf(request(forwarded, '10.0.0.1'))).toBe('10.0.0.1');
    expect(clientAddressOf(request('a'))).toBe('');
  });

  it('returns a forwarded address with a port [AC-82]', () => {
    expect(clientAddressOf(request('192.0.2.7:4711', '10.0.0.1'))).toBe('192.0.2.7');
    expect(clientAddressOf(request('[2001:db8::1]:4711', '10.0.0.1'))).toBe('2001:db8::1');
  });
});

describe('parseForwardedAddress', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7:4711', '192.0.2.7'],
    ['192.0.2.7:65535', '192.0.2.7'],
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
    ['[::ffff:192.0.2.7]:80', '::ffff:192.0.2.7'],
  ])('reads %s as %s [AC-82]', (entry, address) => expect(parseForwardedAddress(entry)).toBe(address));

  it.each([
    ...['', 'unknown', '_hidden', 'localhost', '192.0.2.7:', '192.0.2.7:65536', '192.0.2.7:http', '1.2.3:80'],
    ...[
      '[::1',
      '[]:80',
      '[192.0.2.7]:80',
      '[2001:db8::1]80',
      '192.0.2.7, 192.0.2.8',
      ' 192.0.2.7',
      `[${'1'.repeat(9_000)}]:1`,
    ],
  ])('does not read %j as an address [AC-82]', (entry) => expect(parseForwardedAddress(entry)).toBeUndefined());

  it('parses every entry with a port, and rejects other text [AC-82]', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV6(), fc.integer({ min: 0, max: 65_535 }), (four, six, port) => {
        expect(parseForwardedAddress(`${four}:${port}`)).toBe(four);
        expect(parseForwardedAddress(`[${six}]:${port}`)).toBe(six);
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        const address = parseForwardedAddress(text);
        expect(address === undefined || isIP(address) > 0).toBe(true);
      }),
    );
  });
});
