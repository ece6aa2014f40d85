import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CursorCodec, CursorNotValid } from './cursor-codec.js';

const OLD = { kid: '0', secret: 'a secret of long ago, long enough for all' };
const NEW = { kid: '1', secret: 'a secret of these days, long enough for all' };
const cursors = new CursorCodec([NEW, OLD]);
const place = { at: new Date('2026-03-01T12:00:00.007Z'), id: randomUUID() };
const cursor = cursors.encode('list', place);

describe('CursorCodec', () => {
  it('decodes every encoded position', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), fc.uuid(), fc.string(), (at, id, list) => {
        expect(cursors.decode(list, cursors.encode(list, { at, id }))).toEqual({ at, id });
      }),
    );
  });

  it('accepts one spelling only, and rejects a cursor with any bit changed', () => {
    const flipped = Array.from({ length: 40 }, (_, at) => {
      const bytes = Buffer.from(cursor, 'base64url');
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return bytes.toString('base64url');
    });
    const spelt = [`${cursor}=`, ` ${cursor}`, `${cursor}\n`, cursor.slice(0, -1), `${cursor}A`, '', 'x'];
    const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const sameBytes = [1, 2, 3].map((n) => cursor.slice(0, -1) + last[last.indexOf(cursor.at(-1) ?? '') + n]);
    for (const other of [...flipped, ...spelt, ...sameBytes])
      expect(() => cursors.decode('list', other), other).toThrow(CursorNotValid);
  });

  it('rejects the cursor of another list', () => {
    expect(() => cursors.decode('another list', cursor)).toThrow(CursorNotValid);
  });

  it('accepts cursors under every key of the ring, and rejects those under a removed key', () => {
    const old = new CursorCodec([OLD]).encode('list', place);
    expect(cursors.decode('list', old)).toEqual(place);
    expect(() => new CursorCodec([NEW]).decode('list', old)).toThrow(CursorNotValid);
  });
});
