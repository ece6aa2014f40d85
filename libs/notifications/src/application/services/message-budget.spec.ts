import { beforeEach, describe, expect, it } from 'vitest';
import { FixedClock, InMemoryCounters } from '#kernel/testing';
import { DEFAULT_MESSAGE_LIMITS } from '../../testing/message-limits.js';
import { MessageBudget } from './message-budget.js';

const HOME = { prefix: '192.0.2.7', trusted: false };
const AWAY = { prefix: '198.51.100.9', trusted: false };
const KIOSK = { prefix: '203.0.113.1', trusted: true };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('MessageBudget', () => {
  let clock: FixedClock;
  let budget: MessageBudget;

  const given = (limits: Partial<typeof DEFAULT_MESSAGE_LIMITS> = {}) => {
    clock = new FixedClock();
    budget = new MessageBudget(new InMemoryCounters(clock), { ...DEFAULT_MESSAGE_LIMITS, ...limits });
  };
  const take = async (times: number, source = HOME, more: { identifierHash?: string } = {}) => {
    const outcomes: unknown[] = [];
    for (let n = 0; n < times; n++) {
      const permission = await budget.reserveMessage({ identifierHash: 'mia', kind: 'sends', source, ...more });
      outcomes.push(permission.allowed || permission.retryAfterSeconds);
    }
    return outcomes;
  };
  /** Each from a source of its own: how many were allowed. */
  const takeFromMany = async (times: number) => {
    let allowed = 0;
    for (let n = 0; n < times; n++) {
      const prefix = `source ${clock.now().getTime()} ${n}`;
      if ((await take(1, { prefix, trusted: false }))[0] === true) allowed++;
    }
    return allowed;
  };

  beforeEach(() => given());

  it('lets one source ask three times in a minute', async () => {
    expect(await take(4)).toEqual([true, true, true, 60]);
    clock.advance(MINUTE);
    expect(await take(1)).toEqual([true]);
  });

  it('lets one source ask five times in a day', async () => {
    await take(3);
    clock.advance(MINUTE);
    expect(await take(3)).toEqual([true, true, 86_400]);
    clock.advance(24 * HOUR);
    expect(await take(1)).toEqual([true]);
  });

  it('leaves the owner what a stranger has not used up', async () => {
    await take(4, AWAY);
    expect(await take(3)).toEqual([true, true, true]);
  });

  it('counts each identifier and each kind of message by itself', async () => {
    await take(4);
    expect(await take(3, HOME, { identifierHash: 'zoe' })).toEqual([true, true, true]);
    expect((await budget.reserveMessage({ identifierHash: 'mia', kind: 'resets', source: HOME })).allowed).toBe(true);
  });

  it('gives out six at once and one more with each hour, however many ask, and tells nobody why [AC-66]', async () => {
    expect(await takeFromMany(40)).toBe(6);
    expect(await take(1)).toEqual([null]);
    for (let hour = 1; hour < 6; hour++) {
      clock.advance(HOUR);
      expect(await takeFromMany(5), `hour ${hour}`).toBe(1);
    }
  });

  it('gives out at most thirty in any 24 hours [AC-66]', async () => {
    const moments: number[] = [];
    for (let minute = 0; minute < 3 * 24 * 60; minute += 10) {
      for (let n = await takeFromMany(8); n > 0; n--) moments.push(clock.now().getTime());
      clock.advance(10 * MINUTE);
    }
    const within = (at: number) => moments.filter((one) => one >= at && one < at + 24 * HOUR).length;
    expect(Math.max(...moments.map(within))).toBe(30);
    expect(moments.length, 'and no fewer over three days').toBeGreaterThan(70);
  });

  it('does not hold against a source what others have used up [AC-66]', async () => {
    await takeFromMany(6);
    expect(await take(10)).toEqual(Array(10).fill(null));
    clock.advance(HOUR);
    expect(await take(2)).toEqual([true, null]);
  });

  it('holds a trusted source to the limit of the identifier only', async () => {
    expect(await take(7, KIOSK)).toEqual([...Array(6).fill(true), null]);
  });

  it('takes back what is given back, of the source and of the identifier', async () => {
    given({ sendsPerIdentifier: 3 });
    for (let n = 0; n < 10; n++) {
      const permission = await budget.reserveMessage({ identifierHash: 'mia', kind: 'sends', source: HOME });
      if (permission.allowed) await permission.release();
    }
    expect(await take(3)).toEqual([true, true, true]);
  });

  it('has no limits when they are off', async () => {
    given({ sendsPerSourceMinute: null, sendsPerSourceDay: null, sendsPerIdentifier: null });
    expect(await take(100)).toEqual(Array(100).fill(true));
  });
});
