import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyRing, RingKey } from '#platform/config';
import { type IssuedRefreshToken, type ParsedRefreshToken, RefreshTokens } from '../../application/ports.js';

const SESSION_ID_BYTES = 16;
const TURN_BYTES = 4;
const SECRET_BYTES = 32;
const TAG_BYTES = 16;
const TOKEN_BYTES = SESSION_ID_BYTES + TURN_BYTES + SECRET_BYTES + TAG_BYTES;
/** 68 bytes in base64url, without padding: the only valid encoding of a token. */
const TOKEN_PATTERN = /^[A-Za-z0-9_-]{90}[AEIMQUYcgkosw048]$/;

/** Derived from one key of the ring. A child is derived and tagged with the same key: every ring with that key gives the same child. */
interface DerivedKeys {
  readonly tagKey: Buffer;
  readonly childKey: Buffer;
}

/**
 * `session id | turn | 256 bits | tag` in base64url. The tag proves that this service issued the token. An old token is therefore
 * recognized as reused, and a forged token cannot end a session. The secret of a child is a MAC of its parent: deriving it
 * requires the key and the parent, and every replica derives the same child.
 */
export class HmacRefreshTokens extends RefreshTokens {
  readonly #keys: readonly [DerivedKeys, ...DerivedKeys[]];

  constructor([writer, ...others]: KeyRing) {
    super();
    this.#keys = [deriveKeys(writer), ...others.map(deriveKeys)];
  }

  issueFirst(sessionId: string): IssuedRefreshToken {
    return buildToken(sessionIdBytes(sessionId), 0, randomBytes(SECRET_BYTES), this.#keys[0]);
  }

  parse(token: string): ParsedRefreshToken | undefined {
    if (!TOKEN_PATTERN.test(token)) return undefined;
    const bytes = Buffer.from(token, 'base64url');
    const [body, tag] = [bytes.subarray(0, TOKEN_BYTES - TAG_BYTES), bytes.subarray(TOKEN_BYTES - TAG_BYTES)];
    if (!this.#keys.some(({ tagKey }) => timingSafeEqual(computeTag(tagKey, body), tag))) return undefined;
    return { sessionId: toUuid(body), turn: body.readUInt32BE(SESSION_ID_BYTES), hash: hashOf(token) };
  }

  deriveChildren(parent: string): readonly [IssuedRefreshToken, ...IssuedRefreshToken[]] {
    const bytes = Buffer.from(parent, 'base64url');
    const [session, turn] = [bytes.subarray(0, SESSION_ID_BYTES), bytes.readUInt32BE(SESSION_ID_BYTES)];
    const child = ({ childKey, ...keys }: DerivedKeys) =>
      buildToken(session, turn + 1, createHmac('sha256', childKey).update(bytes).digest(), keys);
    const [writer, ...others] = this.#keys;
    return [child(writer), ...others.map(child)];
  }
}

function buildToken(
  session: Buffer,
  turn: number,
  secret: Buffer,
  { tagKey }: Pick<DerivedKeys, 'tagKey'>,
): IssuedRefreshToken {
  const turnBytes = Buffer.alloc(TURN_BYTES);
  turnBytes.writeUInt32BE(turn);
  const body = Buffer.concat([session, turnBytes, secret]);
  const token = Buffer.concat([body, computeTag(tagKey, body)]).toString('base64url');
  return { token, hash: hashOf(token) };
}

const deriveKeys = ({ secret }: RingKey): DerivedKeys => ({
  tagKey: derive(secret, 'refresh-tag'),
  childKey: derive(secret, 'refresh-child'),
});

const derive = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `foyer:${purpose}`, 32));

const computeTag = (key: Buffer, body: Buffer): Buffer =>
  createHmac('sha256', key).update(body).digest().subarray(0, TAG_BYTES);

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

const sessionIdBytes = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');

const toUuid = (bytes: Buffer): string =>
  bytes.toString('hex', 0, SESSION_ID_BYTES).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
