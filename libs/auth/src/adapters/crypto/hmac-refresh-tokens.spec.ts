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

describe('a refresh token', () => {
  it('is 68 bytes in 91 characters, and says whose turn it is; what is stored is its SHA-256', () => {
    expect(token).toMatch(/^[A-Za-z0-9_-]{91}$/);
    const hash = createHash('sha256').update(token).digest('hex');
    expect(tokens.parse(token)).toEqual({ sessionId: SID, turn: 0, hash });
    expect(tokens.issueFirst(SID).hash).toHaveLength(64);
  });

  it('AC-46 is another one each time', () => {
    const made = Array.from({ length: 100 }, () => tokens.issueFirst(SID).token);
    expect(new Set(made).size).toBe(100);
  });

  it('has one child, on every replica, one turn later, of the same session', () => {
    const [child, ...others] = new HmacRefreshTokens([NEW]).deriveChildren(token);
    expect(others).toEqual([]);
    expect(tokens.deriveChildren(token)[0]).toEqual(child);
    expect(tokens.parse(child.token)).toEqual({ sessionId: SID, turn: 1, hash: child.hash });
    const [grandchild] = tokens.deriveChildren(child.token);
    expect(tokens.parse(grandchild.token)).toMatchObject({ sessionId: SID, turn: 2 });
    expect(new Set([token, child.token, grandchild.token]).size).toBe(3);
  });

  it('has another child under another key: who has only the parent cannot make it', () => {
    const [under, alsoUnder] = tokens.deriveChildren(token);
    expect(alsoUnder?.token).toBeDefined();
    expect(under.token).not.toBe(alsoUnder?.token);
    expect(before.deriveChildren(token)[0].token).not.toBe(under.token);
  });

  it('is read under every key of the ring, and under none that has left it', () => {
    const old = before.issueFirst(SID).token;
    expect(tokens.parse(old)).toMatchObject({ sessionId: SID, turn: 0 });
    expect(before.parse(token)).toBeUndefined();
    expect(new HmacRefreshTokens([NEW]).parse(old)).toBeUndefined();
  });

  it('given a ring that was rotated between two answers, then the child of before is among the children of now', () => {
    const parent = before.issueFirst(SID).token;
    const [child] = before.deriveChildren(parent);
    expect(tokens.deriveChildren(parent)).toContainEqual(child);
  });

  it('AC-16 given a change of any byte, then it is none of ours', () => {
    for (let at = 0; at < 68; at++)
      for (const bit of [1, 128]) expect([at, tokens.parse(flipped(at, bit))]).toEqual([at, undefined]);
  });

  it('AC-16 has one spelling', () => {
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
