import type { Keyed } from '#kernel';

/** Names somebody of another system: the same name gives the same id, so that importing twice is importing once. */
export const importKey = (name: string): Keyed => ({ key: `import:${name}` });

/**
 * An id from a keyed hash of 64 hex characters. It looks like one that was drawn (UUIDv4): ids are told to strangers who register,
 * and must not tell who was imported.
 */
export function idFrom(hash: string): string {
  const variant = '89ab'[Number.parseInt(hash.charAt(16), 16) % 4];
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `4${hash.slice(13, 16)}`,
    `${variant}${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}
