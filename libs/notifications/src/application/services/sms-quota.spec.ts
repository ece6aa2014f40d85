import { beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import { FixedClock, InMemoryCounters } from '#kernel/testing';
import { ClientNetworkRateLimited } from '#platform/rate-limits';
import { DEFAULT_MESSAGE_LIMITS } from '../../testing/message-limits.js';
import { type SmsPriority, SmsQuota } from './sms-quota.js';

const HOUR = 3_600_000;
const source = (prefix: string, trusted = false) => ({ prefix, trusted });

describe('SmsQuota', () => {
  let clock: FixedClock;
  let quota: SmsQuota;

  const given = (limits: Partial<typeof DEFAULT_MESSAGE_LIMITS> = {}) => {
    clock = new FixedClock();
    quota = new SmsQuota(new InMemoryCounters(clock), { ...DEFAULT_MESSAGE_LIMITS, ...limits });
  };
  /** How many are allowed, and who has used them up. */
  const take = async (times: number, use: SmsPriority, from: string | null | ReturnType<typeof source> = null) => {
    let allowed = 0;
    for (let n = 0; n < times; n++) {
      const by = typeof from === 'string' ? source(from) : from;
      const permission = await quota.reserveSms(use, by);
      if (!permission.allowed) return [allowed, permission.exhausted];
      allowed++;
    }
    return [allowed];
  };

  beforeEach(() => given());

  it('gives one source its share, and everybody else theirs [AC-72]', async () => {
    expect(await take(60, 'ordinary', 'one')).toEqual([10, 'source']);
    expect(await take(10, 'ordinary', 'other')).toEqual([10]);
  });

  it('gives one source at most its share in a day, by the hour [AC-72]', async () => {
    let taken = 0;
    for (let hour = 0; hour < 24; hour++) {
      taken += Number((await take(60, 'ordinary', 'one'))[0]);
      clock.advance(HOUR);
    }
    expect(taken).toBe(50);
  });

  it('lifts the share of a trusted source, and not the total [AC-72]', async () => {
    given({ smsPerDay: 100, smsPerSource: 1 });
    expect(await take(60, 'ordinary', source('kiosk', true))).toEqual([16, 'everybody']);
  });

  it('keeps a fifth for resets and notices, which registrations cannot use up [AC-72]', async () => {
    given({ smsPerDay: 100, smsPerSource: null });
    expect([await take(100, 'ordinary'), await take(100, 'reserved')]).toEqual([
      [16, 'everybody'],
      [4, 'everybody'],
    ]);
    given({ smsPerDay: 100, smsPerSource: null });
    let ordinary = 0;
    for (let hour = 0; hour < 24; hour++) {
      ordinary += Number((await take(100, 'ordinary'))[0]);
      if (hour < 23) clock.advance(HOUR);
    }
    expect(ordinary).toBe(80);
    expect((await take(100, 'reserved'))[0], 'what the last hour has left of a burst').toBeGreaterThanOrEqual(15);
  });

  it('never gives out more than the total in 24 hours, whatever it is for [AC-72]', async () => {
    given({ smsPerDay: 100, smsPerSource: null });
    let taken = 0;
    for (let hour = 0; hour < 24; hour++) {
      for (const use of ['ordinary', 'reserved'] as const) taken += Number((await take(100, use))[0]);
      clock.advance(HOUR);
    }
    expect(taken).toBe(100);
  });

  it('has more after an hour, not after a day [AC-72]', async () => {
    given({ smsPerSource: null });
    expect(await take(2_000, 'reserved')).toEqual([200, 'everybody']);
    clock.advance(HOUR);
    expect((await take(2_000, 'reserved'))[0]).toBeGreaterThan(30);
  });

  it('charges a source nothing for what everybody has used up, and takes back what is given back [AC-72]', async () => {
    given({ smsPerDay: 1, smsPerSource: 1 });
    const first = await quota.reserveSms('reserved', source('one'));
    expect(await take(1, 'reserved', 'two')).toEqual([0, 'everybody']);
    if (first.allowed) await first.release();
    expect(await take(1, 'reserved', 'two')).toEqual([1]);
  });

  it('says 429 to a source that has had its share, and 503 when there are none left [AC-72]', async () => {
    given({ smsPerDay: 2, smsPerSource: 1 });
    await quota.reserveSmsOrThrow('ordinary', source('one'));
    await expect(quota.reserveSmsOrThrow('ordinary', source('one'))).rejects.toBeInstanceOf(ClientNetworkRateLimited);
    await quota.reserveSmsOrThrow('ordinary', source('two'));
    await expect(quota.reserveSmsOrThrow('ordinary', source('three'))).rejects.toBeInstanceOf(Unavailable);
  });

  it('has no limits when they are off', async () => {
    given({ smsPerDay: null, smsPerSource: null });
    expect(await take(500, 'ordinary', 'one')).toEqual([500]);
  });
});
