import { BlockList, isIP, isIPv4 } from 'node:net';
import type { SettingsReader } from './settings-reader.js';

/** Parses addresses and CIDR ranges, `192.0.2.7` or `2001:db8::/32`. Rejects `true` and a number of hops. */
export function readNetworks(read: SettingsReader, name: string): readonly string[] {
  const networks = read.list(name);
  if (!networks.every(isNetwork)) read.addProblem(name, 'must list addresses or CIDR ranges');
  return networks.filter(isNetwork);
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  if (isIP(address) === 0 || more.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (isIPv4(address) ? 32 : 128));
}

/** Whether an address is in one of the networks. IPv4 in IPv6 counts as IPv4. */
export function createNetworkMatcher(networks: readonly string[]): (address: string) => boolean {
  if (networks.length === 0) return () => false;
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    list.addSubnet(address, prefix === undefined ? (family === 'ipv4' ? 32 : 128) : Number(prefix), family);
  }
  return (address) => {
    const normalized = address.replace(/^::ffff:(?=\d+\.)/i, '');
    return isIP(normalized) > 0 && list.check(normalized, isIPv4(normalized) ? 'ipv4' : 'ipv6');
  };
}
