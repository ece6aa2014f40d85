import { describe, expect, it } from 'vitest';
import { RecentSendOutcomes } from './recent-send-outcomes.js';

const acceptedAfter = (durationMs: number) => ({ accepted: true, attempts: 1, durationMs });
const REJECTED = { accepted: false, attempts: 3, durationMs: 600 };

describe('RecentSends', () => {
  it('takes a message for accepted at once while nothing is known', () => {
    const sends = new RecentSendOutcomes();
    expect([sends.sampleDurationMs('email'), sends.predictOutcome('email')]).toEqual([0, acceptedAfter(0)]);
  });

  it('does as the last message of the same channel did [AC-62]', () => {
    const sends = new RecentSendOutcomes();
    sends.recordOutcome('email', acceptedAfter(40));
    expect(sends.predictOutcome('email')).toEqual(acceptedAfter(40));
    sends.recordOutcome('email', REJECTED);
    expect([sends.predictOutcome('email'), sends.predictOutcome('sms')]).toEqual([REJECTED, acceptedAfter(0)]);
    sends.recordOutcome('email', { ...acceptedAfter(40), attempts: 2 });
    expect(sends.predictOutcome('email')).toEqual({ ...acceptedAfter(40), attempts: 2 });
  });

  it('is not steered by messages to addresses that are refused for good, while others are accepted [AC-62]', () => {
    const sends = new RecentSendOutcomes();
    const unknown = { accepted: false, attempts: 1, durationMs: 3, isPermanent: true };
    sends.recordOutcome('email', acceptedAfter(40));
    for (let n = 0; n < 15; n++) sends.recordOutcome('email', unknown);
    expect(sends.predictOutcome('email')).toEqual(acceptedAfter(40));
    sends.recordOutcome('email', unknown);
    expect(sends.predictOutcome('email')).toEqual(unknown);
    sends.recordOutcome('email', acceptedAfter(40));
    expect(sends.predictOutcome('email')).toEqual(acceptedAfter(40));
  });

  it('knows what is usual by accepted messages only [AC-62]', () => {
    const sends = new RecentSendOutcomes();
    sends.recordOutcome('email', acceptedAfter(40));
    for (let n = 0; n < 50; n++) sends.recordOutcome('email', REJECTED);
    expect(sends.sampleDurationMs('email')).toBe(40);
  });

  it('draws the times of the last sixteen, so that one slow message decides nothing [AC-62]', () => {
    const sends = new RecentSendOutcomes();
    sends.recordOutcome('email', acceptedAfter(8_000));
    for (let n = 0; n < 15; n++) sends.recordOutcome('email', acceptedAfter(n));
    const drawn = Array.from({ length: 2_000 }, () => sends.sampleDurationMs('email'));
    expect(new Set(drawn).size).toBe(16);
    expect(drawn.filter((ms) => ms === 8_000).length).toBeLessThan(400);
    sends.recordOutcome('email', acceptedAfter(15));
    expect(Array.from({ length: 2_000 }, () => sends.sampleDurationMs('email'))).not.toContain(8_000);
  });
});
