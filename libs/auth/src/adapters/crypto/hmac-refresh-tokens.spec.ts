import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { HmacRefreshTokens } from './hmac-refresh-tokens.js';

const SID = '0190a1b2-c3d4-4e5f-8a6b-7c8d9e0f1a2b';
const OLD = { kid: '0', secret: 'a secret of long ago, long enough for all' };
const NEW = { kid: '1', secret: 'a secret of these days, long enough for all' };
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const tokens = new HmacRefreshTokens([NEW, OLD]);
const before = new HmacRefreshTokens([OLD]);
const { token } = tokens.issueFirst(SID);
const flipped = (at: number, bit = 1): string => {
  const bytes = Buffer.from(token, 'base64url');
  bytes[at] = (bytes[at] ?? 0) ^ bit;
  return bytes.toString('base64url');
};

describe('HmacRefreshTokens', () => {
  it('encodes 68 bytes in 91 characters with session id and turn, and hashes the token with SHA-256', () => {
    expect(token).toMatch(/^[A-Za-z0-9_-]{91}$/);
    const hash = createHash('sha256').update(token).digest('hex');
    expect(tokens.parse(token)).toEqual({ sessionId: SID, turn: 0, hash });
    expect(tokens.issueFirst(SID).hash).toHaveLength(64);
  });

  it('issues a different token each time [AC-46]', () => {
    const made = Array.from({ length: 100 }, () => tokens.issueFirst(SID).token);
    expect(new Set(made).size).toBe(100);
  });

  it('derives the same child on every replica, one turn later, for the same session', () => {
    const [child, ...others] = new HmacRefreshTokens([NEW]).deriveChildren(token);
    expect(others).toEqual([]);
    expect(tokens.deriveChildren(token)[0]).toEqual(child);
    expect(tokens.parse(child.token)).toEqual({ sessionId: SID, turn: 1, hash: child.hash });
    const [grandchild] = tokens.deriveChildren(child.token);
    expect(tokens.parse(grandchild.token)).toMatchObject({ sessionId: SID, turn: 2 });
    expect(new Set([token, child.token, grandchild.token]).size).toBe(3);
  });

  it('derives another child under another key, so that the parent alone is not enough', () => {
    const [under, alsoUnder] = tokens.deriveChildren(token);
    expect(alsoUnder?.token).toBeDefined();
    expect(under.token).not.toBe(alsoUnder?.token);
    expect(before.deriveChildren(token)[0].token).not.toBe(under.token);
  });

  it('accepts tokens of every key in the ring, and of no removed key', () => {
    const old = before.issueFirst(SID).token;
    expect(tokens.parse(old)).toMatchObject({ sessionId: SID, turn: 0 });
    expect(before.parse(token)).toBeUndefined();
    expect(new HmacRefreshTokens([NEW]).parse(old)).toBeUndefined();
  });

  it('includes the earlier child when the key ring was rotated in between', () => {
    const parent = before.issueFirst(SID).token;
    const [child] = before.deriveChildren(parent);
    expect(tokens.deriveChildren(parent)).toContainEqual(child);
  });

  it('rejects a token with any changed byte [AC-16]', () => {
    for (let at = 0; at < 68; at++)
      for (const bit of [1, 128]) expect([at, tokens.parse(flipped(at, bit))]).toEqual([at, undefined]);
  });

  it('accepts only the canonical encoding [AC-16]', () => {
    const last = ALPHABET.indexOf(token.at(-1) ?? '');
    const sameBytes = [1, 2, 3].map((more) => token.slice(0, -1) + ALPHABET[last + more]);
    for (const other of sameBytes) expect(Buffer.from(other, 'base64url')).toEqual(Buffer.from(token, 'base64url'));
    const others = [
      ...sameBytes,
      `${token}=`,
      `${token}\n`,
      ` ${token}`,
      token.slice(0, -1),
      `${token}A`,
      token
        .replaceAll('-', '+')
        .replaceAll('_', '/')
        .replace(/^(.)(.)/, '$1+$2'),
      '',
      'A'.repeat(91),
      'A'.repeat(10_000),
    ];
    for (const other of others) expect([other, tokens.parse(other)]).toEqual([other, undefined]);
  });
});
