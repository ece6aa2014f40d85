/** Generates ids: UUIDs (RFC 9562), 36 lower-case characters. */
export abstract class Ids {
  /** UUIDv7: sorts by creation time. */
  abstract next(): string;
  /** UUIDv4: reveals no creation time, and so not whether an identifier was registered before. */
  abstract opaque(): string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Check ids with this before building SQL, object keys or Redis keys from them. */
export const isUuid = (value: string): boolean => UUID.test(value);

/** Creation time of a UUIDv7 in Unix milliseconds. */
export const momentOf = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** UUIDv7 for a timestamp: 48 bits of Unix milliseconds, the rest random. Sorts by time to the millisecond. */
export function uuidv7(milliseconds: number): string {
  const time = Math.floor(milliseconds).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}

/** Derives a UUID in version 4 format from a keyed hash of 64 hex characters. */
export function uuidFromHash(hash: string): string {
  const variant = '89ab'[Number.parseInt(hash.charAt(16), 16) % 4];
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `4${hash.slice(13, 16)}`,
    `${variant}${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}
