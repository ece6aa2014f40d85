import { describe, expect, it } from 'vitest';
import { isUuid, uuidv7 } from '#kernel';
import { FixedClock } from '#kernel/testing';
import { UuidV7Ids } from './uuid-v7-ids.js';

const times = <T>(count: number, make: () => T) => Array.from({ length: count }, make);

describe('UuidV7Ids', () => {
  const clock = new FixedClock();
  const ids = new UuidV7Ids(clock);

  it('makes UUIDs of version 7 with the milliseconds of the clock', () => {
    const id = ids.next();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(clock.now().getTime());
    expect(isUuid(id)).toBe(true);
  });

  it('makes ids that sort by their time', () => {
    const made = times(50, () => {
      clock.advance(1);
      return ids.next();
    });
    expect([...made].sort()).toEqual(made);
  });

  it('FM-C3 makes no id twice, also in one millisecond', () => {
    expect(new Set(times(10_000, () => ids.next())).size).toBe(10_000);
  });

  it('makes opaque ids of version 4, that tell no time', () => {
    const made = times(1_000, () => ids.opaque());
    for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(made.map((id) => id.slice(0, 8))).size).toBeGreaterThan(990);
  });
});

describe('uuidv7', () => {
  it.each([0, 1, 0xffff_ffff, 1_772_366_400_000, 2 ** 48 - 1])('keeps the millisecond %i', (milliseconds) => {
    expect(Number.parseInt(uuidv7(milliseconds).replaceAll('-', '').slice(0, 12), 16)).toBe(milliseconds);
  });
});

describe('AC-55 isUuid', () => {
  it.each([
    '',
    'x',
    '0'.repeat(36),
    `${uuidv7(1)}x`,
    ` ${uuidv7(1)}`,
    uuidv7(1).toUpperCase(),
    '../../etc/passwd',
    "' or 1=1 --",
  ])('refuses %j', (text) => expect(isUuid(text)).toBe(false));
});
