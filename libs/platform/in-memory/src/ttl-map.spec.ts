import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { TtlMap } from './ttl-map.js';

describe('TtlMap', () => {
  let clock: FixedClock;
  let map: TtlMap<string>;
  const set = (key: string, lifeMs: number, value = key) => map.set(key, value, map.now + lifeMs);

  /** Number of removed expired entries. */
  const swept = () => vi.mocked(Map.prototype.delete).mock.calls.filter(([key]) => `${key}`.startsWith('short')).length;

  beforeEach(() => {
    vi.spyOn(Map.prototype, 'delete');
    clock = new FixedClock();
    map = new TtlMap(clock);
  });
  afterEach(() => vi.restoreAllMocks());

  it('returns an entry until it expires', () => {
    set('a', 100);
    clock.advance(99);
    expect(map.get('a')).toBe('a');
    clock.advance(1);
    expect(map.get('a')).toBeUndefined();
  });

  it('replaces the value and lifetime of an entry that is set again', () => {
    set('a', 100, 'first');
    set('a', 10, 'second');
    expect(map.get('a')).toBe('second');
    clock.advance(10);
    expect(map.get('a')).toBeUndefined();
    set('a', 10, 'third');
    expect(map.get('a')).toBe('third');
  });

  it('lists live entries only', () => {
    set('a', 100);
    set('b', 1);
    clock.advance(1);
    expect(map.values()).toEqual(['a']);
  });

  it('deletes one entry and keeps the others', () => {
    set('a', 100);
    set('b', 100);
    map.delete('a');
    map.delete('unknown');
    expect([map.get('a'), map.get('b')]).toEqual([undefined, 'b']);
  });

  it('does not accumulate expired entries under a flood of short-lived ones', () => {
    set('long', 3_600_000);
    for (let n = 0; n < 20_000; n++) {
      set(`short ${n}`, 10);
      clock.advance(1);
    }
    expect(20_000 - swept()).toBeLessThan(200);
    expect(map.get('long')).toBe('long');
  });

  it('removes entries that expired together during later writes', () => {
    for (let n = 0; n < 1_000; n++) set(`short ${n}`, 10);
    clock.advance(10);
    for (let n = 0; n < 500; n++) set(`living ${n}`, 3_600_000);
    expect(swept()).toBe(1_000);
    expect(map.values()).toHaveLength(500);
  });

  it('takes a snapshot of live entries that survives JSON and keeps their expiry', () => {
    set('dead', 1);
    set('short', 100);
    set('long', 1_000);
    clock.advance(1);
    const kept = JSON.parse(JSON.stringify(map.snapshot()));
    const other = new TtlMap<string>(clock);
    other.restore(kept);
    expect([other.get('dead'), other.get('short'), other.get('long')]).toEqual([undefined, 'short', 'long']);
    clock.advance(99);
    expect([other.get('short'), other.get('long')]).toEqual([undefined, 'long']);
  });

  it('drops entries that expired while the snapshot was stored', () => {
    set('a', 100);
    const kept = map.snapshot();
    clock.advance(3_600_000);
    const other = new TtlMap<string>(clock);
    other.restore(kept);
    expect(other.get('a')).toBeUndefined();
    expect(other.snapshot()).toEqual([]);
  });
});
