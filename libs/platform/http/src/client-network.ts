import { isIP, isIPv4, isIPv6 } from 'node:net';

/**
 * The network that counts as one source: an IPv4 address, or the /64 of an IPv6 address, in any spelling. IPv4 in IPv6 counts
 * as IPv4. A text that is not an address is its own source, so that limits still apply.
 */
export function clientNetworkOf(address: string): string {
  if (isIPv4(address)) return address;
  const plain = address.replace(/%.*$/, '').toLowerCase();
  if (!isIPv6(plain)) return plain;
  const groups = expandIpv6(plain);
  return isIpv4Mapped(groups) ? toIpv4(groups) : `${groups.slice(0, 4).join(':')}::/64`;
}

const isIpv4Mapped = (groups: readonly string[]): boolean => groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff';

const toIpv4 = (groups: readonly string[]): string =>
  groups
    .slice(6)
    .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff])
    .join('.');

function expandIpv6(address: string): string[] {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array.from({ length: middle }, () => '0'), ...right];
}

const WITH_PORT = /^(?:\[([^\]]+)\](?::(\d{1,5}))?|([\d.]+):(\d{1,5}))$/;
const MAX_ENTRY_LENGTH = 64;
const LAST_PORT = 65_535;

/**
 * Parses the address in one entry of X-Forwarded-For. Some proxies include the port: `192.0.2.7:4711`, `[2001:db8::1]:4711`,
 * `[2001:db8::1]`. Undefined for anything that is not an address.
 */
export function parseForwardedAddress(entry: string): string | undefined {
  if (entry.length > MAX_ENTRY_LENGTH) return undefined;
  if (isIP(entry) > 0) return entry;
  const [, ipv6, portOfSix, ipv4, portOfFour] = WITH_PORT.exec(entry) ?? [];
  if (Number(portOfSix ?? portOfFour ?? 0) > LAST_PORT) return undefined;
  if (ipv6 !== undefined) return isIPv6(ipv6) ? ipv6 : undefined;
  return ipv4 !== undefined && isIPv4(ipv4) ? ipv4 : undefined;
}

/** The address forwarded by a trusted proxy, or else that of the connection. A text that is not an address is never trusted. */
export const clientAddressOf = (request: {
  readonly ip: string;
  readonly raw: { readonly socket: { readonly remoteAddress?: string } };
}): string => parseForwardedAddress(request.ip) ?? request.raw.socket.remoteAddress ?? '';
