import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { createNetworkMatcher } from '#platform/config';

/** IANA's special-purpose registries: this network, private, shared, loopback, link-local (metadata), documentation … */
const SPECIAL_IPV4 = createNetworkMatcher([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]);
const GLOBAL_IPV6 = createNetworkMatcher(['2000::/3']);
/** Teredo and other IETF assignments, documentation, 6to4. */
const SPECIAL_IPV6 = createNetworkMatcher(['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

const isIPv4 = createNetworkMatcher(['0.0.0.0/0']);

/** Whether an address belongs to the public internet. An IPv4-mapped IPv6 address counts as IPv4. */
export const isPublic = (address: string): boolean =>
  isIPv4(address) ? !SPECIAL_IPV4(address) : GLOBAL_IPV6(address) && !SPECIAL_IPV6(address);

/**
 * Resolves a name and returns only allowed addresses to the connection itself, which prevents DNS rebinding. Node.js does not
 * call it for a literal IP address.
 */
export function guardedLookup(isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[] = []) => {
      if (error) return callback(error, []);
      const allowed = found.filter(({ address }) => isAllowed(address));
      const [first] = allowed;
      if (first === undefined)
        return callback(new Error('the webhook address is not public and not in WEBHOOK_NETWORKS'), []);
      if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}
