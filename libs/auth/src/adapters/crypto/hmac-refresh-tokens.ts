import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyRing, RingKey } from '#platform';
import { type MadeToken, type ReadToken, RefreshTokens } from '../../application/ports.js';

const SESSION = 16;
const TURN = 4;
const SECRET = 32;
const TAG = 16;
const LENGTH = SESSION + TURN + SECRET + TAG;
/** 68 bytes in base64url, without padding: the one spelling of a token. */
const SHAPE = /^[A-Za-z0-9_-]{90}[AEIMQUYcgkosw048]$/;

/** Of one key of the ring. A child bears the tag of the key that it was made with: it is the same on every ring with that key. */
interface Keys {
  readonly ofTags: Buffer;
  readonly ofChildren: Buffer;
}

/**
 * `session id | turn | 256 bits | tag` in base64url. The tag says that we have made it, so a token of long ago is known as
 * one that was used before, and nobody can end a session with an invented one. The secret of a child is a MAC of its
 * parent's: whoever has neither key nor parent cannot make it, and each replica makes the same.
 */
export class HmacRefreshTokens extends RefreshTokens {
  readonly #keys: readonly [Keys, ...Keys[]];

  constructor([writer, ...others]: KeyRing) {
    super();
    this.#keys = [keysOf(writer), ...others.map(keysOf)];
  }

  first(sessionId: string): MadeToken {
    return make(sessionIdBytes(sessionId), 0, randomBytes(SECRET), this.#keys[0]);
  }

  read(token: string): ReadToken | undefined {
    if (!SHAPE.test(token)) return undefined;
    const bytes = Buffer.from(token, 'base64url');
    const [body, tag] = [bytes.subarray(0, LENGTH - TAG), bytes.subarray(LENGTH - TAG)];
    if (!this.#keys.some(({ ofTags }) => timingSafeEqual(tagOf(ofTags, body), tag))) return undefined;
    return { sessionId: toUuid(body), turn: body.readUInt32BE(SESSION), hash: hashOf(token) };
  }

  childrenOf(parent: string): readonly [MadeToken, ...MadeToken[]] {
    const bytes = Buffer.from(parent, 'base64url');
    const [session, turn] = [bytes.subarray(0, SESSION), bytes.readUInt32BE(SESSION)];
    const child = ({ ofChildren, ...keys }: Keys) =>
      make(session, turn + 1, createHmac('sha256', ofChildren).update(bytes).digest(), keys);
    const [writer, ...others] = this.#keys;
    return [child(writer), ...others.map(child)];
  }
}

function make(session: Buffer, turn: number, secret: Buffer, { ofTags }: Pick<Keys, 'ofTags'>): MadeToken {
  const counted = Buffer.alloc(TURN);
  counted.writeUInt32BE(turn);
  const body = Buffer.concat([session, counted, secret]);
  const token = Buffer.concat([body, tagOf(ofTags, body)]).toString('base64url');
  return { token, hash: hashOf(token) };
}

const keysOf = ({ secret }: RingKey): Keys => ({
  ofTags: derive(secret, 'refresh-tag'),
  ofChildren: derive(secret, 'refresh-child'),
});

const derive = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `foyer:${purpose}`, 32));

const tagOf = (key: Buffer, body: Buffer): Buffer => createHmac('sha256', key).update(body).digest().subarray(0, TAG);

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

const sessionIdBytes = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');

const toUuid = (bytes: Buffer): string =>
  bytes.toString('hex', 0, SESSION).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
