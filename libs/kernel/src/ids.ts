/** Where ids come from: UUIDs (RFC 9562), 36 lower-case characters. */
export abstract class Ids {
  /** UUIDv7: sorts by the time it was made. */
  abstract next(): string;
  /** UUIDv4: tells nobody when it was made, and so not whether a stranger has been here before. */
  abstract opaque(): string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Ids are checked before any SQL, object key or Redis key is built from them. */
export const isUuid = (value: string): boolean => UUID.test(value);

/** UUIDv7 of a moment: 48 bits of Unix milliseconds, the rest random. Sorts by time to the millisecond. */
export function uuidv7(milliseconds: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setUint32(0, Math.floor(milliseconds / 0x10000));
  new DataView(bytes.buffer).setUint16(4, milliseconds % 0x10000);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
