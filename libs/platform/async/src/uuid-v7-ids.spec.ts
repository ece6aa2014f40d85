import { describe, expect, it } from 'vitest';
import { isUuid, uuidv7 } from '#kernel';
import { FixedClock } from '#kernel/testing';
import { UuidV7Ids } from './uuid-v7-ids.js';

const times = <T>(count: number, make: () => T) => Array.from({ length: count }, make);

describe('UuidV7Ids', () => {
  const clock = new FixedClock();
  const ids = new UuidV7Ids(clock);

  it('creates version 7 UUIDs with the milliseconds of the clock', () => {
    const id = ids.next();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(clock.now().getTime());
    expect(isUuid(id)).toBe(true);
  });

  it('creates ids that sort by their time', () => {
    const made = times(50, () => {
      clock.advance(1);
      return ids.next();
    });
    expect([...made].sort()).toEqual(made);
  });

  it('never creates an id twice, also in one millisecond [FM-C3]', () => {
    expect(new Set(times(10_000, () => ids.next())).size).toBe(10_000);
  });

  it('creates opaque version 4 ids that contain no time', () => {
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

describe('isUuid [AC-55]', () => {
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
