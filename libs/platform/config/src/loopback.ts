import { BlockList, isIPv4, isIPv6 } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether it is an address that no other machine can have: 127.0.0.0/8, also written as IPv6, or ::1. */
export function isLoopbackAddress(address: string): boolean {
  if (isIPv4(address)) return LOOPBACK.check(address, 'ipv4');
  return isIPv6(address) && LOOPBACK.check(address, 'ipv6');
}

/**
 * Whether a name, as it stands in a URL or in `Host`, means this machine: `localhost` or a loopback address. Names below
 * `.localhost` do not count: not every resolver keeps them on the machine (RFC 6761, 6.3).
 */
export const isLoopbackHost = (name: string): boolean =>
  name === 'localhost' || isLoopbackAddress(name.replace(/^\[(.*:.*)\]$/, '$1'));
