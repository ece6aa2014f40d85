import { BlockList, isIPv4, isIPv6 } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether the address is a loopback address: 127.0.0.0/8, also written as IPv6, or ::1. */
export function isLoopbackAddress(address: string): boolean {
  if (isIPv4(address)) return LOOPBACK.check(address, 'ipv4');
  return isIPv6(address) && LOOPBACK.check(address, 'ipv6');
}

/**
 * Whether a host name, as in a URL or in `Host`, means this machine: `localhost` or a loopback address. Names below
 * `.localhost` do not count: some resolvers send them to the network (RFC 6761, 6.3).
 */
export const isLoopbackHost = (name: string): boolean =>
  name === 'localhost' || isLoopbackAddress(name.replace(/^\[(.*:.*)\]$/, '$1'));
