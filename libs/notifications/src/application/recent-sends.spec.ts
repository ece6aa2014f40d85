import { describe, expect, it } from 'vitest';
import { RecentSends } from './recent-sends.js';

const accepted = (ms: number) => ({ accepted: true, tries: 1, ms });
const REFUSED = { accepted: false, tries: 3, ms: 600 };

describe('RecentSends', () => {
  it('takes a message for accepted at once while nothing is known', () => {
    const sends = new RecentSends();
    expect([sends.usualMs('email'), sends.now('email')]).toEqual([0, accepted(0)]);
  });

  it('does as the last message of the same channel did [AC-62]', () => {
    const sends = new RecentSends();
    sends.note('email', accepted(40));
    expect(sends.now('email')).toEqual(accepted(40));
    sends.note('email', REFUSED);
    expect([sends.now('email'), sends.now('sms')]).toEqual([REFUSED, accepted(0)]);
    sends.note('email', { ...accepted(40), tries: 2 });
    expect(sends.now('email')).toEqual({ ...accepted(40), tries: 2 });
  });

  it('is not steered by messages to addresses that are refused for good, while others are accepted [AC-62]', () => {
    const sends = new RecentSends();
    const unknown = { accepted: false, tries: 1, ms: 3, permanently: true };
    sends.note('email', accepted(40));
    for (let n = 0; n < 15; n++) sends.note('email', unknown);
    expect(sends.now('email')).toEqual(accepted(40));
    sends.note('email', unknown);
    expect(sends.now('email')).toEqual(unknown);
    sends.note('email', accepted(40));
    expect(sends.now('email')).toEqual(accepted(40));
  });

  it('knows what is usual by accepted messages only [AC-62]', () => {
    const sends = new RecentSends();
    sends.note('email', accepted(40));
    for (let n = 0; n < 50; n++) sends.note('email', REFUSED);
    expect(sends.usualMs('email')).toBe(40);
  });

  it('draws the times of the last sixteen, so that one slow message decides nothing [AC-62]', () => {
    const sends = new RecentSends();
    sends.note('email', accepted(8_000));
    for (let n = 0; n < 15; n++) sends.note('email', accepted(n));
    const drawn = Array.from({ length: 2_000 }, () => sends.usualMs('email'));
    expect(new Set(drawn).size).toBe(16);
    expect(drawn.filter((ms) => ms === 8_000).length).toBeLessThan(400);
    sends.note('email', accepted(15));
    expect(Array.from({ length: 2_000 }, () => sends.usualMs('email'))).not.toContain(8_000);
  });
});
