import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { DomainError, type PagePosition } from '#kernel';
import type { KeyRing } from '#platform/config';

/** The cursor is malformed, or belongs to another list, other filters or a caller with other permissions. */
export class CursorNotValid extends DomainError {
  readonly code = 'request.cursor_not_valid';
  readonly kind = 'malformed';

  constructor() {
    super('This cursor does not belong to this list. Begin again without one.');
  }
}

const TIME_BYTES = 8;
const ID_BYTES = 16;
const TAG_BYTES = 16;
const CURSOR_BYTES = TIME_BYTES + ID_BYTES + TAG_BYTES;

/**
 * `time
 * id
 * tag` in base64url. The tag is a MAC over the position and the list, under a key derived from `CODE_SECRET` (HKDF-SHA-256): a
 * cursor cannot be forged, and is valid for its own list only.
 */
export class CursorCodec {
  readonly #keys: readonly [Buffer, ...Buffer[]];

  constructor([writer, ...others]: KeyRing) {
    this.#keys = [derive(writer.secret), ...others.map(({ secret }) => derive(secret))];
  }

  /** @param list the list, its filters and the caller's view */
  encode(list: string, { at, id }: PagePosition): string {
    const place = Buffer.alloc(TIME_BYTES + ID_BYTES);
    place.writeBigInt64BE(BigInt(at.getTime()));
    place.write(id.replaceAll('-', ''), TIME_BYTES, 'hex');
    return Buffer.concat([place, tagOf(this.#keys[0], list, place)]).toString('base64url');
  }

  /** @throws CursorNotValid */
  decode(list: string, cursor: string): PagePosition {
    const bytes = Buffer.from(cursor, 'base64url');
    // Also compared as text: a cursor has exactly one spelling.
    if (bytes.length !== CURSOR_BYTES || bytes.toString('base64url') !== cursor) throw new CursorNotValid();
    const [place, tag] = [bytes.subarray(0, TIME_BYTES + ID_BYTES), bytes.subarray(TIME_BYTES + ID_BYTES)];
    if (!this.#keys.some((key) => timingSafeEqual(tagOf(key, list, place), tag))) throw new CursorNotValid();
    return { at: new Date(Number(place.readBigInt64BE())), id: toUuid(place.toString('hex', TIME_BYTES)) };
  }
}

const derive = (secret: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', 'foyer:page-cursor', 32));

const tagOf = (key: Buffer, list: string, place: Buffer): Buffer =>
  createHmac('sha256', key).update(place).update(list).digest().subarray(0, TAG_BYTES);

const toUuid = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
