import { beforeEach, describe, expect, it } from 'vitest';
import { DomainError, Unavailable } from '#kernel';
import { FixedClock } from '#kernel/testing';
import { parseSettings } from '#platform/config';
import { CustomerLimits } from './customer-limits.js';
import { InMemoryCounters } from './in-memory-counters.js';

const HOUR = 3_600_000;

class Refused extends DomainError {
  readonly code = 'test.refused';
  readonly kind = 'too_many';
  constructor(override readonly retryAfter: number) {
    super('refused');
  }
}
const refusal = (seconds: number) => new Refused(seconds);

describe('CustomerLimits', () => {
  let clock: FixedClock;
  let counters: InMemoryCounters;
  const given = (env: Record<string, string>) => new CustomerLimits(counters, parseSettings(env), clock);
  beforeEach(() => {
    clock = new FixedClock();
    counters = new InMemoryCounters(clock);
  });

  it('rejects a customer beyond the limit, returns when to retry, and counts customers separately [AC-77]', async () => {
    const limits = given({ LIMIT_OWN_WRITES: '2' });
    const write = (who = 'mia') => limits.reserve('ownWrites', who, refusal);
    await write();
    await write();
    await expect(write()).rejects.toMatchObject({ code: 'test.refused', retryAfter: 3_600 });
    await write('eve');
    await limits.reserve('exportsPerCustomer', 'mia', refusal);
    clock.advance(HOUR);
    await write();
  });

  it('does not count a released use, nor anything when the limit is off [AC-77]', async () => {
    const limits = given({ LIMIT_OWN_WRITES: '1' });
    for (let n = 0; n < 5; n++) await (await limits.reserve('ownWrites', 'mia', refusal)).release();
    const unlimited = given({ LIMIT_OWN_WRITES: 'off' });
    for (let n = 0; n < 200; n++) await unlimited.reserve('ownWrites', 'mia', refusal);
  });

  it('allows one use at a time until it is released or expires [AC-69]', async () => {
    const limits = given({});
    const hold = (who = 'mia') => limits.acquireExclusive('export', who, 5_000, refusal);
    const slot = await hold();
    await expect(hold()).rejects.toMatchObject({ retryAfter: 5 });
    await hold('eve');
    await slot.release();
    await hold();
    clock.advance(5_000);
    await hold();
  });

  it('counts in process with half the limit while the store is unavailable, and releases where it counted [AC-77]', async () => {
    counters.reserve = () => Promise.reject(new Unavailable());
    const limits = given({ LIMIT_OWN_WRITES: '4' });
    const write = () => limits.reserve('ownWrites', 'mia', refusal);
    await write();
    const second = await write();
    await expect(write()).rejects.toBeInstanceOf(Refused);
    await second.release();
    await write();
    const slot = await limits.acquireExclusive('export', 'mia', HOUR, refusal);
    await expect(limits.acquireExclusive('export', 'mia', HOUR, refusal)).rejects.toBeInstanceOf(Refused);
    await slot.release();
    await limits.acquireExclusive('export', 'mia', HOUR, refusal);
  });

  it('rethrows any other failure of the store', async () => {
    counters.reserve = () => Promise.reject(new Error('broken'));
    await expect(given({}).reserve('ownWrites', 'mia', refusal)).rejects.toThrow('broken');
  });
});
