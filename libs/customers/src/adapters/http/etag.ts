/** Strong: the version rises with every write. */
export const etagOf = ({ id, version }: { readonly id: string; readonly version: number }): string =>
  `"${id}.${version}"`;

/** No version has this number, so it never fits. */
const NO_MATCHING_VERSION = 0;

/**
 * The version that If-Match asks for (RFC 9110, 13.1.1): null for any, or when the header is absent. Weak tags never match
 * here.
 */
export function parseIfMatch(header: string | undefined, id: string): number | null {
  if (header === undefined || header.trim() === '*') return null;
  const tag = new Map(header.split(',').map((one) => [one.trim().slice(1, id.length + 1), one.trim()])).get(id) ?? '';
  const version = /^"[0-9a-f-]{36}\.([1-9][0-9]{0,9})"$/.exec(tag)?.[1];
  return version === undefined ? NO_MATCHING_VERSION : Number(version);
}
