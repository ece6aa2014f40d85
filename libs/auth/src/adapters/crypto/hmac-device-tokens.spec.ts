import { beforeEach, describe, expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { HmacDeviceTokens } from './hmac-device-tokens.js';

const MIA = { customerId: '0190a1b2-c3d4-4e5f-8a6b-7c8d9e0f1a2b', generation: 3 };
const OLD = { kid: '0', secret: 'a secret of long ago, long enough for all' };
const NEW = { kid: '1', secret: 'a secret of these days, long enough for all' };
const DAY = 24 * 3_600_000;

describe('HmacDeviceTokens', () => {
  let clock: FixedClock;
  let tokens: HmacDeviceTokens;
  beforeEach(() => {
    clock = new FixedClock();
    tokens = new HmacDeviceTokens([NEW, OLD], clock);
  });

  it('issues 48 characters with a new device id and without the customer id [AC-66]', () => {
    const [one, other] = [tokens.issue(MIA, null), tokens.issue(MIA, null)];
    expect(one).toMatch(/^[A-Za-z0-9_-]{48}$/);
    expect(tokens.verify(one, MIA)).toMatch(/^[0-9a-f]{32}$/);
    expect(tokens.verify(one, MIA)).not.toBe(tokens.verify(other, MIA));
    expect(Buffer.from(one, 'base64url').toString('hex')).not.toContain(MIA.customerId.replaceAll('-', ''));
  });

  it('keeps the device id when a token is renewed, and expires it 180 days later [AC-66]', () => {
    const first = tokens.issue(MIA, null);
    const device = tokens.verify(first, MIA) ?? null;
    clock.advance(179 * DAY);
    const renewed = tokens.issue(MIA, device);
    expect([tokens.verify(first, MIA), tokens.verify(renewed, MIA)]).toEqual([device, device]);
    clock.advance(DAY);
    expect([tokens.verify(first, MIA), tokens.verify(renewed, MIA)]).toEqual([undefined, device]);
    clock.advance(179 * DAY);
    expect(tokens.verify(renewed, MIA)).toBeUndefined();
  });

  it('rejects a token for another customer, or after all sessions ended [AC-66]', () => {
    const token = tokens.issue(MIA, null);
    for (const owner of [
      { ...MIA, customerId: '0190a1b2-c3d4-4e5f-8a6b-7c8d9e0f1a2c' },
      { ...MIA, generation: 4 },
      { ...MIA, generation: 2 },
      { customerId: '', generation: 0 },
    ])
      expect(tokens.verify(token, owner)).toBeUndefined();
  });

  it('rejects a token with one changed bit or another encoding [AC-66]', () => {
    const token = tokens.issue(MIA, null);
    const bytes = Buffer.from(token, 'base64url');
    const accepted = Array.from({ length: bytes.length * 8 }, (_, bit) => {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return tokens.verify(changed.toString('base64url'), MIA);
    }).filter((device) => device !== undefined);
    expect(accepted).toEqual([]);
    for (const spelt of ['', ` ${token}`, `${token}\n`, `${token}=`, token.slice(1), `${token}, ${token}`])
      expect(tokens.verify(spelt, MIA)).toBeUndefined();
  });

  it('accepts tokens of every key in the ring, and of no removed key [AC-66]', () => {
    const old = new HmacDeviceTokens([OLD], clock).issue(MIA, null);
    expect(tokens.verify(old, MIA)).toBeDefined();
    expect(new HmacDeviceTokens([NEW], clock).verify(old, MIA)).toBeUndefined();
  });
});
