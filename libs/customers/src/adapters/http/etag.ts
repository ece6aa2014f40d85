/** A strong ETag: the version increases with every write. */
export const etagOf = ({ id, version }: { readonly id: string; readonly version: number }): string =>
  `"${id}.${version}"`;

/** Versions start at 1, so this one never matches. */
const NO_MATCHING_VERSION = 0;

/**
 * Returns the version that If-Match requires (RFC 9110, 13.1.1), or null for `*` or an absent header. Weak tags never match.
 */
export function parseIfMatch(header: string | undefined, id: string): number | null {
  if (header === undefined || header.trim() === '*') return null;
  const tag =
    new Map(header.split(',').map((part) => [part.trim().slice(1, id.length + 1), part.trim()])).get(id) ?? '';
  const version = /^"[0-9a-f-]{36}\.([1-9][0-9]{0,9})"$/.exec(tag)?.[1];
  return version === undefined ? NO_MATCHING_VERSION : Number(version);
}
